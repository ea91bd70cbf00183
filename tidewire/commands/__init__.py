"""The commands of ``./tw``, a module for each thing they are about."""
