# SPDX-License-Identifier: GPL-2.0-or-later
"""The other parser of the benchmark: reads a page once, then parses it for every line it is given.

Says for each how many milliseconds it took to parse the page and to find the deploy and ircnick templates in its cards.
"""

import sys
import time

import mwparserfromhell

CARDS = ("deployment calendar event card", "#invoke:deployment schedule")
WANTED = ("deploy", "ircnick")


def name_of(template):
    return str(template.name).strip().lower().replace("_", " ")


def found(page):
    code = mwparserfromhell.parse(page)
    cards = [card for card in code.filter_templates(recursive=True) if name_of(card).startswith(CARDS)]
    inside = (template for card in cards for param in card.params for template in param.value.filter_templates())
    return [template for template in inside if name_of(template) in WANTED]


def main():
    length = int(sys.stdin.buffer.readline())
    page = sys.stdin.buffer.read(length).decode()
    for _ in sys.stdin.buffer:
        begun = time.perf_counter()
        found(page)
        print((time.perf_counter() - begun) * 1000, flush=True)


main()
