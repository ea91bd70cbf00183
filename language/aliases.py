"""Names that stand for each other: countries in the languages of CLDR, their peoples, short forms."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from language.reading.evidence import folded

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
# What CLDR does not list: short forms and adjectives that are no prefix of the country's name.
_MORE = {
    "US": "us|u.s|u.s.|usa|u.s.a|america|american|americans|united states of america|us-amerikanisch|"
    "etats-unis|ee uu|eeuu|washington|estadounidense|americain|amerikanisch",
    "GB": "uk|u.k|britain|british|great britain|britons|grossbritannien|britisch|grande-bretagne|royaume-uni|"
    "gran bretana|britannique|britanico|downing street",
    "FR": "french|franzosisch|francais|francaise|frances|paris",
    "ES": "spanish|spaniards|spanisch|espagnol|espanol",
    "NL": "dutch|holland|niederlandisch|neerlandais|holandes",
    "DE": "german|germans|deutsch|deutsche|allemand|alleman|allemagne|aleman|berlin",
    "CH": "swiss|schweizer|suisse|suizo",
    "CN": "chinese|chinesisch|chinois|chino|beijing|prc",
    "JP": "japanese|japanisch|japonais|japones|tokyo",
    "RU": "russian|russisch|russe|ruso|moscow|kremlin",
    "UA": "ukrainian|ukrainisch|kyiv|kiev",
    "GR": "greek|greeks|griechisch|grec|griego",
    "PL": "polish|poles|polnisch|polonais|polaco",
    "DK": "danish|danes|danisch|danois",
    "FI": "finnish|finns|finnisch|finlandais",
    "NO": "norwegian|norwegisch|norvegien",
    "SE": "swedish|swedes|schwedisch|suedois",
    "IE": "irish|irisch|irlandais",
    "TR": "turkey|turkish|turkisch|turc|turco|ankara",
    "KP": "north korea|north korean|nordkorea|coree du nord|corea del norte|pyongyang",
    "KR": "south korea|south korean|korea|sudkorea|coree du sud|corea del sur|seoul",
    "AE": "uae|emirates|emirati",
    "SA": "saudi|saudis",
    "EU": "eu|e.u|european union|europaische union|union europeenne|union europea|ue|brussels",
    "UN": "un|u.n|united nations|vereinte nationen|nations unies|naciones unidas|onu|uno",
    "CD": "congo|drc",
    "CZ": "czech|czechia|czech republic|tschechisch",
    "IL": "israeli|israelis",
    "PH": "filipino|philippines",
    "PE": "peruvian",
    "AR": "argentine",
    "BR": "brazilian",
    "MX": "mexican",
    "IQ": "iraqi",
    "PK": "pakistani",
    "AF": "afghan",
    "TH": "thai",
    "PT": "portuguese",
}
# Titles and offices: said of a person where the source may use another word.
ROLES = frozenset((
    "president", "premier", "minister", "ministers", "chancellor", "king", "queen", "prince", "princess",
    "pope", "senator", "governor", "mayor", "judge", "justice", "secretary", "chairman", "chairwoman",
    "chief", "director", "general", "colonel", "captain", "sergeant", "officer", "professor", "doctor",
    "sir", "lord", "lady", "dame", "saint", "ambassador", "spokesman", "spokeswoman", "prime", "foreign",
    "finance", "interior", "defence", "defense", "ceo", "coach", "striker", "government", "police",
    "ministry", "parliament", "court", "congress", "senate", "city", "county", "state", "präsident",
    "präsidentin", "kanzler", "kanzlerin", "ministerin", "ministerpräsident", "bürgermeister", "sprecher",
    "sprecherin", "könig", "professorin", "regierung", "polizei", "président", "présidente", "ministre",
    "maire", "roi", "reine", "premier", "porte-parole", "gouvernement", "presidente", "presidenta",
    "ministro", "ministra", "alcalde", "alcaldesa", "rey", "reina", "gobierno", "portavoz", "canciller",
))  # fmt: skip


@lru_cache(maxsize=1)
def _countries() -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """Folded form to the codes it may stand for, and code to its forms."""
    forms: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2:
                forms.setdefault(code, set()).add(folded(name))
    for code, more in _MORE.items():
        forms.setdefault(code, set()).update(more.split("|"))
    codes: dict[str, set[str]] = {}
    for code, names in forms.items():
        for name in names:
            codes.setdefault(name, set()).add(code)
    return (
        {name: frozenset(found) for name, found in codes.items()},
        {code: tuple(sorted(names)) for code, names in forms.items()},
    )


def same_country(name: str) -> tuple[str, ...]:
    """Other names of the country, union or government that a folded name stands for, none for other names."""
    codes, forms = _countries()
    found = codes.get(name) or codes.get(name.removesuffix("n")) or codes.get(name.removesuffix("s"))
    return tuple(form for code in sorted(found or ()) for form in forms[code])
