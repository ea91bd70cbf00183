"""Words that follow a number and say what it measures, in one table for all languages.

Currencies without a code are kinds of money: "crowns" may be Czech or Swedish, but are not pesos.
"""

from __future__ import annotations

import re

from language.folding import folded

_MEASURES = {
    "metre": "m meter metre meters metres metern mètre mètres metro metros",
    "km": "km kilometer kilometre kilometers kilometres kilometern kilomètre kilomètres kilómetro kilómetros",
    "mile": "mile miles meile meilen milla millas mille",
    "foot": "ft foot feet fuß pie pies pied pieds",
    "inch": "inch inches zoll pulgada pulgadas pouce pouces",
    "cm": "cm centimetre centimetres centimeter centimeters zentimeter zentimetern centímetros centimètres",
    "mm": "mm millimetre millimetres millimeter millimeters millimetern milímetros millimètres",
    "hectare": "ha hectare hectares hektar hectárea hectáreas",
    "acre": "acre acres",
    "kg": "kg kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos",
    "pound weight": "lb lbs",
    "tonne": "t ton tons tonne tonnes tonnen tonelada toneladas",
    "litre": "l litre litres liter liters litern litro litros",
    "barrel": "barrel barrels fass barril barriles baril barils",
    "degree": "° °c °f degree degrees grad grado grados degré degrés",
    "megawatt": "mw megawatt megawatts megavatios mégawatts",
    "gigawatt": "gw gigawatt gigawatts gigavatios",
    "kph": "km/h kph kmh",
    "mph": "mph",
    "second": "seconds sekunde sekunden segundos secondes",
    "minute": "minute minutes minuten minuto minutos",
    "hour": "hour hours stunde stunden hora horas heure heures",
    "day": "day days tag tage tagen día días jour jours",
    "week": "week weeks woche wochen semana semanas semaine semaines",
    "month": "month months monat monate monaten mes meses mois",
    "years": "year years jahr jahre jahren año años an ans année années",
    "crown": "crown crowns krone kronen kronor corona coronas couronne couronnes",
    "peso": "peso pesos",
    "rupee": "rupee rupees rupie rupien rupia rupias roupie roupies",
    "rouble": "rouble roubles ruble rubles rubel rublo rublos",
    "franc": "franc francs franco francos",
    "lira": "lira liras lire livre",
    "rand": "rand rands",
    "real": "real reais reales",
    "won": "won",
    "shilling": "shilling shillings chelines",
}
MEASURES = {word: unit for unit, words in _MEASURES.items() for word in words.split()}
MONEY = frozenset(
    ("USD", "EUR", "GBP", "JPY", "CNY", "CHF", "INR", "RUB", "crown", "peso", "rupee", "rouble", "franc")
) | {"lira", "rand", "real", "won", "shilling"}
# "12-year-old", "12 of km"; the word directly after the number.
_AFTER = re.compile(
    r"[-\u2010-\u2013\s\u00a0\u202f]?(?:de\s|d['’]|of\s)?(km/h|°[CF]?|[^\W\d_]+)", re.IGNORECASE
)
# Both are worth a hundredth of the other's hundredfold; nothing else is converted.
CONVERTED = {"bp": ("pp", 100)}


def measured(text: str, end: int) -> str:
    """The unit that the word after ``text[:end]`` names, or nothing."""
    following = _AFTER.match(text, end)
    return MEASURES.get(folded(following.group(1)), "") if following else ""


def compatible(said: str, sourced: str) -> bool:
    """Whether a figure with the unit said may rest on one with the other: a unit of measure may be left
    away, money and percentages may not, and none may be invented."""
    if said == sourced or (said, sourced) == ("years", ""):
        # "The 33-year-old" is "Ana Sorel, 33".
        return True
    return said == "" and sourced not in MONEY and sourced not in ("%", "pp", "bp", "ordinal", "time", "year")
