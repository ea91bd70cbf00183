"""How much of anything a stranger may say: the one table that docs/limits.md explains.

Each room takes its figures from here, so that the largest record there can be follows from this page.
Counts are of characters (code points) where nothing else is said; one takes at most four bytes of UTF-8.
"""

from __future__ import annotations

# What one entry of a feed may hold.
TITLE_CHARACTERS = 1_000
TEXT_CHARACTERS = 150_000
URL_CHARACTERS = 2_000
HOST_CHARACTERS = 253
GUID_CHARACTERS = 4_000
NAME_CHARACTERS = 200
AUTHORS = 20
CATEGORIES = 50
DATE_CHARACTERS = 256
LANGUAGE_CHARACTERS = 35

# What one feed document may hold. Counted in its bytes before a parser sees them.
DOCUMENT_BYTES = 16 * 1024 * 1024
DOCUMENT_ENTRIES = 10_000
DOCUMENT_TAGS = 250_000
DOCUMENT_DEPTH = 256
DOCUMENT_COMMAS = 1_000_000
TAG_BYTES = 64 * 1024
TAG_ATTRIBUTES = 256
DOCUMENT_ATTRIBUTES = 500_000
DOCUMENT_NAMESPACES = 20_000
ENTITIES = 400
ENTITY_BYTES = 64
# Of what only the slow parser can read: feedparser takes a hundred times as long.
SLOW_DOCUMENT_BYTES = 4 * 1024 * 1024
SLOW_DOCUMENT_TAGS = 60_000

# What a parser's process may answer, in bytes.
ANSWER_BYTES = 48 * 1024 * 1024

# Markup of one text that an HTML parser is asked for; of what is beyond, text is taken without a tree.
MARKUP_TAGS = 20_000
MARKUP_DEPTH = 32

# Of one entry, how many names are looked at to find those that are kept.
NAMES_LOOKED_AT = 400

# The publishers of one family in a catalogue.
DOMAINS = 1_000

# What a server may say of an answer: ETag, Last-Modified, Location, a reason phrase.
HEADER_CHARACTERS = 1_000

# The bytes of one line of an answer's head, and its lines.
HEADER_BYTES = 8 * 1024
HEADERS = 100

# What one feed, and all feeds of one family that a worker owns, may bring within an hour. A news agency's
# whole wire has some 200 entries an hour; a first poll brings what a feed has shown for weeks.
NEW_PER_HOUR = 300
REVISIONS_PER_HOUR = 300
FAMILY_NEW_PER_HOUR = 1_500
FAMILY_REVISIONS_PER_HOUR = 1_500
FIRST_POLL_ENTRIES = 1_000
LETTERS_PER_HOUR = 50

# Why something failed, as a record or a log tells it.
REASON_CHARACTERS = 2_000

# The bytes of what failed that a dead letter keeps.
DEAD_LETTER_BYTES = 64 * 1024
DEAD_LETTER_KEY_BYTES = 4 * 1024

# The largest record the broker takes, and the largest that is written to it: the rest is for header and key.
MESSAGE_BYTES = 4 * 1024 * 1024
RECORD_BYTES = MESSAGE_BYTES - 64 * 1024

# A record of the raw log, as the jobs take it. By the figures above an entry is at most
# 700,000 bytes; earlier producers put titles of any length beside the text that they are in.
ARTICLE_BYTES = 2 * 1024 * 1024
# What a story counts as long as it is open: owner groups of its articles, desks that their feeds name. Those
# beyond are not counted.
STORY_FAMILIES = 1_000
STORY_DESKS = 100
# An id that we made: a UUID, or a hash in hex.
ID_CHARACTERS = 100
# A URL in the raw log: earlier producers took longer ones than URL_CHARACTERS.
LOGGED_URL_CHARACTERS = 4 * URL_CHARACTERS
# Of one story and one unit: claims of figures that are held against each other. Beyond: the first ones.
CLAIMS_COMPARED = 60
# What one brief may say: statements, passages that each quotes, and how long one of these is.
BRIEF_STATEMENTS = 40
QUOTE_CHARACTERS = 1_200
# What is read of one text: its numbers, and the characters of one of them. Beyond: no numbers.
FIGURES = 1_000
DIGITS = 60
