"""Figures in prose: quantities with their units and hedges, dates, and what is counted."""
