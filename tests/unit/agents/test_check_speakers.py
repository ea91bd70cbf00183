"""Who is said to say something, and whether the quoted passage says it was somebody else."""

import pytest

from agents.checks.speakers import exchanged, speakers
from language.reading.evidence import evidence


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "The strike will last, the transport union said on Monday.", {"union"}),
        ("en", "Dutch police said on Tuesday that two men were held.", {"police"}),
        ("en", "Officials and rescuers on the island said the dam had failed.", {"Officials"}),
        ("en", "The company has said it will close.", {"company"}),
        ("en", "“No deal,” said port authority chief Anna Lo.", {"Lo"}),
        ("en", "Rates will rise, according to the central bank.", {"bank"}),
        ("en", "The bank, which is based in Vell, said profits rose.", set()),
        ("en", "He said it was over; a police spokesman said no one was hurt.", set()),
        ("de", "Der Streik dauert an, teilte die Gewerkschaft am Montag mit.", {"Gewerkschaft"}),
        ("de", "Laut Polizei starben zwei Menschen.", {"Polizei"}),
        ("de", "„Es reicht“, sagte Ministerin Anna Feld.", {"Ministerin"}),
        ("fr", "La grève continue, a déclaré le syndicat des cheminots.", {"syndicat"}),
        ("fr", "Selon la préfecture, deux personnes sont mortes.", {"préfecture"}),
        ("es", "La empresa afirmó que no hay acuerdo, según el sindicato.", {"empresa", "sindicato"}),
        ("pl", "Policja powiedziała, że most jest zamknięty.", set()),
    ],
)
def test_speakers_are_found_by_their_verb(language: str, text: str, found: set[str]) -> None:
    assert speakers(text, language) == found


UNION = evidence("The union said that 480 of its members had joined.", "en")
HE = evidence("He said that 480 of its members had joined.", "en")
CHIEF = evidence("The union's chief said that 480 members had joined.", "en")
WHOLE = evidence(
    "Mara Veld leads it. The union's chief said that 480 members had joined. The company denied it.", "en"
)


@pytest.mark.parametrize(
    ("text", "passage", "differs"),
    [
        ("The company said that 480 of its members had joined.", UNION, True),
        ("The Union said that 480 of its members had joined.", UNION, False),
        ("Its members had joined, 480 of them, according to the union.", UNION, False),
        ("The company said that 480 of its members had joined.", HE, False),
        ("The union leader said that 480 members had joined.", CHIEF, True),
        # The passage calls her its chief.
        ("Mara Veld said that 480 members had joined.", CHIEF, False),
        ("Jon Ferris said that 480 members had joined.", CHIEF, True),
    ],
)
def test_another_speaker_than_the_passage_s(text: str, passage: object, differs: bool) -> None:
    assert exchanged(speakers(text, "en"), "en", [passage], [WHOLE]) is differs
