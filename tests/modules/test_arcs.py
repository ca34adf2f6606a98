from django.template.loader import render_to_string
from django.utils.translation import override
from django_countries import countries

from modules.arcs import MOST_COUNTRIES, NORTH, build_arcs
from modules.latitudes import LATITUDES
from modules.models import TimelineEvent


def events(*lists):
    return [
        TimelineEvent(pk=pk, date="2010", title_en="x", countries=codes.split())
        for pk, codes in enumerate(lists, 1)
    ]


def test_countries_stand_from_north_to_south():
    found = build_arcs(events("BR PE", "BR MZ", "BR CV", "BR US"))

    assert [node.name for node in found.nodes] == [
        "United States",
        "Cabo Verde",
        "Peru",
        "Brazil",
        "Mozambique",
    ]
    heights = [node.y for node in found.nodes]
    assert heights == sorted(heights)


def test_the_equator_lies_between_its_neighbours():
    found = build_arcs(events("BR CV", "BR HT"))

    assert found.nodes[1].y < found.equator < found.nodes[2].y


def test_without_a_country_beyond_it_there_is_no_equator():
    assert build_arcs(events("BR PE MZ")).equator is None


def test_each_pair_that_shares_an_event_has_one_arc():
    found = build_arcs(events("BR PE MZ", "PE BR"))

    assert len(found.arcs) == 3


def test_a_partner_from_the_north_is_a_ring_with_dashed_arcs():
    found = build_arcs(events("BR PE US"))

    assert [node.is_north for node in found.nodes] == [True, False, False]
    assert sorted(arc.is_partner for arc in found.arcs) == [False, True, True]
    assert found.has_partner


def test_two_partners_from_the_north_alone_are_no_pair():
    assert build_arcs(events("NL NO", "NL NO SE")) is None


def test_fewer_than_three_countries_are_not_drawn():
    assert build_arcs([]) is None
    assert build_arcs(events("BR PE", "BR PE", "AO")) is None


def test_a_conference_of_forty_countries_is_no_web_of_arcs():
    forty = " ".join(sorted(LATITUDES.keys() - NORTH)[:40])

    assert build_arcs(events(forty)) is None
    assert len(build_arcs(events(forty, "BR PE", "BR MZ")).nodes) == 3


def test_only_the_most_connected_countries_are_drawn():
    others = sorted(LATITUDES.keys() - NORTH - {"BR"})[:30]
    found = build_arcs(events(*(f"BR {code}" for code in others)))

    assert len(found.nodes) == MOST_COUNTRIES
    assert [node.name for node in found.nodes if node.is_most_connected] == ["Brazil"]
    assert len(found.arcs) == MOST_COUNTRIES - 1


def test_arabic_draws_the_arcs_on_the_other_side():
    with override("ar"):
        found = build_arcs(events("BR PE MZ"))

    assert found.name_x < found.x
    assert found.start == found.width
    assert all(" 0 0 1 " in arc.path for arc in found.arcs)


def test_the_drawing_is_hidden_from_screen_readers_and_has_no_inline_style():
    page = render_to_string("modules/includes/arcs.html", {"arcs": build_arcs(events("BR PE US"))})

    assert '<div class="arcs" aria-hidden="true">' in page
    assert "style=" not in page
    assert "with a supporting partner" in page


def test_every_country_that_can_be_chosen_has_a_latitude():
    assert {code for code, _name in countries} - LATITUDES.keys() == set()
    assert LATITUDES.keys() >= NORTH
    assert all(-90 <= latitude <= 90 for latitude in LATITUDES.values())
