import re
from datetime import date
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from modules.models import TimelineEvent
from modules.timeline import build_timeline, entries, picture, rows, scale

TODAY = date(2026, 11, 21)


def event(pk, day, kind="conference", **fields):
    fields.setdefault("title_en", f"Event {pk}")
    return TimelineEvent(pk=pk, date=day, kind=kind, **fields)


def timeline(events, **changes):
    wanted = {"kind": None, "country": None, "today": TODAY, "path": "/en/modules/module-2/"}
    return build_timeline(events, **{**wanted, **changes})


def shapes(found):
    return [shape for lane in found.picture.lanes for shape in lane.shapes]


def html(found):
    return render_to_string("modules/includes/timeline.html", {"timeline": found})


def parts(found):
    return [[f"{piece.track} {piece.part}" for piece in entry.pieces] for entry in found.entries]


ERAS = ["1987", "1997", *(f"{year}-06" for year in range(2007, 2023))]


# The scale


def test_long_ago_is_drawn_narrower_and_said_so():
    found = timeline([event(pk, day) for pk, day in enumerate(ERAS, 1)])

    assert found.scale_sentence == "Scale: 1987 to 2006 drawn three times narrower."
    axis = scale.scale_for([int(day[:4]) for day in ERAS], 2022, TODAY)
    early = axis.place(1990) - axis.place(1989)
    late = axis.place(2020) - axis.place(2019)
    assert late == pytest.approx(3 * early)
    assert axis.place(axis.first) == 0
    assert axis.place(axis.last) == 1


def test_the_scale_is_even_when_the_early_years_are_not_empty():
    found = timeline([event(year, str(year)) for year in range(2000, 2020)])

    assert found.scale_sentence == ""
    assert not found.picture.is_narrowed


def test_the_axis_reaches_beyond_next_year_and_beyond_the_last_year_named():
    assert scale.scale_for([2010], 2012, TODAY).last == 2028
    assert scale.scale_for([2010], 2040, TODAY).last == 2041


@pytest.mark.parametrize(
    "years", [[2026], [2020, 2026], [1987, 2027], [1848, 1919, 2026], [1, 9999]]
)
def test_no_two_years_of_the_axis_stand_nearer_than_their_labels_are_wide(years):
    axis = scale.scale_for(years, years[-1], TODAY)
    today = scale.decimal_year(TODAY)
    labelled = [tick.place for tick in scale.ticks(axis, today) if tick.label]
    places = sorted([*labelled, axis.place(today)])

    gaps = [(after - before) * scale.PLOT for before, after in pairwise(places)]
    assert min(gaps, default=scale.TICK_DISTANCE) >= scale.TICK_DISTANCE - 0.5
    assert len(places) > 1


def test_a_day_has_an_end_even_on_the_last_day_that_python_knows():
    assert scale.decimal_year(date(9999, 12, 31), at_end=True) == 10000


# The picture


def test_lanes_follow_the_meaning_and_an_empty_one_is_left_out():
    found = timeline([event(1, "2010", "pledge"), event(2, "2011", "declaration")])

    assert [(lane.title, lane.kinds) for lane in found.picture.lanes] == [
        ("Met", "declarations"),
        ("Learned, pledged", "pledges"),
    ]


def test_what_ran_longer_is_a_bar_and_what_is_still_open_has_an_arrow():
    found = timeline(
        [
            event(1, "2010-05-10/2010-05-11"),
            event(2, "2010-01/2010-06", "course"),
            event(3, "2012-12/..", "programme"),
            event(4, "2023-06-16/2023-06-20", "programme"),
            event(5, "2024-10-14", "programme"),
        ]
    )

    drawn = {shape.href: (shape.is_bar, bool(shape.arrow)) for shape in shapes(found)}
    assert drawn == {
        "#event-1": (False, False),
        "#event-2": (True, False),
        "#event-3": (True, True),
        "#event-4": (True, False),
        "#event-5": (False, False),
    }


def test_what_lies_after_today_is_hatched():
    found = timeline([event(1, "2020/2021", "programme"), event(2, "2020/2027", "programme")])

    assert [bool(shape.planned) for shape in shapes(found)] == [False, True]
    assert found.picture.has_planned


def test_a_date_known_only_to_the_year_has_a_whisker():
    found = timeline([event(1, "2010"), event(2, "2010-05"), event(3, "2015-05-01")])

    assert [bool(shape.whisker) for shape in shapes(found)] == [True, False, False]


def test_marks_that_would_touch_stand_in_rows_of_their_own():
    found = timeline([event(pk, "2022-05-17", label_en="A label") for pk in range(1, 4)])

    assert [shape.y for shape in shapes(found)] == [33, 71, 109]
    assert found.picture.lanes[0].height == 28 + 3 * 38


def test_a_label_that_would_leave_the_picture_stands_before_its_mark():
    early, late = shapes(timeline([event(1, "1990-06"), event(2, "2026-10")]))

    assert early.label.anchor == "start"
    assert early.label.dx > 0
    assert late.label.anchor == "end"
    assert late.label.dx < 0


def test_a_label_stands_in_its_bar_only_where_it_fits():
    long, short = shapes(
        timeline(
            [
                event(1, "2000/..", "programme", label_en="Long"),
                event(2, "2023/2024", "programme", label_en="Social Justice for the South"),
            ]
        )
    )

    assert long.label.is_inside
    assert not short.label.is_inside
    assert short.label.anchor == "end"


def test_without_a_label_the_beginning_of_the_title_is_shown():
    (shape,) = shapes(
        timeline([event(1, "2010", title_en="Memorandum on preventing child labour")])
    )

    assert shape.label.text == "Memorandum on preventing child…"
    assert shape.name == "Memorandum on preventing child labour, 2010, Conference"


def test_the_name_of_a_link_holds_the_words_that_are_seen():
    (shape,) = shapes(timeline([event(1, "2010", label_en="Lima", title_en="A declaration")]))

    assert shape.name == "Lima, A declaration, 2010, Conference"


def test_too_many_labels_make_way_for_the_marks():
    found = timeline([event(pk, "2022-05-17", label_en="A label") for pk in range(1, 11)])

    assert not any(shape.label for shape in shapes(found))


def test_five_hundred_events_are_joined_into_numbered_discs_and_lose_none():
    kinds = ["agreement", "programme", "conference", "course"]
    events = [
        event(pk, f"{1987 + pk % 40}-{1 + pk % 12:02}", kinds[pk % 4]) for pk in range(1, 501)
    ]
    found = timeline(events)

    assert sum(shape.count for shape in shapes(found)) == 500
    assert len(shapes(found)) < 250
    assert all(lane.height < 400 for lane in found.picture.lanes)
    assert len(found.entries) == 500


def test_many_programmes_at_once_are_shown_by_their_beginnings():
    events = [event(pk, f"{1950 + pk}/..", "programme") for pk in range(1, 71)]
    found = timeline(events)

    assert sum(shape.count for shape in shapes(found)) == 70
    assert found.picture.lanes[0].height < 400


def test_figures_of_a_row_never_touch():
    figures = [
        rows.Figure(
            (event(pk, "2010"),), pk * 7 % 50 / 50, pk * 7 % 50 / 50, is_match=True, label="x" * 9
        )
        for pk in range(30)
    ]
    arrangement = rows.arrange(figures, rows.PICTURE)

    spans = {}
    for figure in arrangement.figures:
        spans.setdefault(figure.row, []).append(rows._span(figure, rows.PICTURE))
    for taken in spans.values():
        taken.sort()
        assert all(before[1] + 12 <= after[0] for before, after in pairwise(taken))


def test_today_moves_once_a_month():
    events = [event(1, "2020")]
    first, last = (timeline(events, today=date(2026, 11, day)) for day in (1, 30))

    assert first.picture.ground.today == last.picture.ground.today


# Right to left


def test_arabic_runs_from_right_to_left():
    events = [event(1, "1990-06-15"), event(2, "2012-12/..", "programme")]
    english = timeline(events)
    with override("ar"):
        arabic = timeline(events)

    (bar, mark), (other_bar, other_mark) = shapes(english), shapes(arabic)
    assert float(mark.x[:-1]) + float(other_mark.x[:-1]) == pytest.approx(100, abs=0.02)
    assert mark.label.dx == -other_mark.label.dx
    assert other_bar.x == "0%"
    assert (bar.arrow_x, other_bar.arrow_x) == ("100%", "0%")
    assert bar.arrow == "M0 -14 12 0 0 14z"
    assert other_bar.arrow == "M0 -14 -12 0 0 14z"


def test_places_are_written_with_a_point_in_every_language():
    with override("fr"):
        found = timeline([event(1, "1990-06-15")])
        assert re.fullmatch(r"[\d.]+%", shapes(found)[0].x)
        assert not re.search(r'(x|width)="\d+,', html(found))


# The list and its tracks


def test_the_list_is_in_order_of_time_whatever_the_order_it_is_given_in():
    found = timeline([event(1, "2020"), event(2, "1990"), event(3, "2007-12-14")])

    assert [entry.anchor for entry in found.entries] == ["event-2", "event-3", "event-1"]


def test_a_running_programme_is_a_track_from_its_entry_past_the_last_line():
    found = timeline([event(1, "2010"), event(2, "2012/..", "programme"), event(3, "2015")])

    assert parts(found) == [[], ["1 start"], ["1 through"]]
    assert found.closing == entries.Closing(
        "Still running today: 1 programme", (entries.Piece(1, "arrow"),)
    )


def test_a_known_end_is_a_cap_at_the_last_line():
    found = timeline([event(1, "2023-06-16/2027", "programme"), event(2, "2024")])

    assert found.closing.pieces == (entries.Piece(1, "cap"),)


def test_a_programme_that_ended_leaves_its_track_to_the_next():
    found = timeline(
        [
            event(1, "2010/2012", "programme"),
            event(2, "2011"),
            event(3, "2014/2015", "programme"),
            event(4, "2020"),
        ]
    )

    assert parts(found) == [["1 start"], ["1 end"], ["1 stub"], []]
    assert found.closing == entries.Closing("", ())


def test_a_fourth_programme_at_once_gets_no_track():
    found = timeline([event(pk, f"201{pk}/..", "programme") for pk in range(4)])

    assert parts(found)[3] == ["1 through", "2 through", "3 through"]
    assert found.closing.text == "Still running today: 4 programmes"


def test_countries_are_named_in_the_readers_language_and_alphabet():
    with override("fr"):
        (entry,) = timeline([event(1, "2010", countries=["BR", "ZA", "US"])]).entries

    assert str(entry.place) == "Afrique du Sud, Brésil, États-Unis"


def test_words_for_the_place_stand_instead_of_the_countries():
    (entry,) = timeline([event(1, "2010", countries=["PE"], place_en="31 countries")]).entries

    assert str(entry.place) == "31 countries"


# Filters


EVENTS = [
    event(1, "2008", "memorandum", countries=["BR"]),
    event(2, "2012/..", "programme", countries=["BR", "PE"]),
    event(3, "2013", "conference", countries=["BR"]),
    event(4, "2023/2027", "programme", countries=["BR"]),
]


def test_a_filter_leaves_the_others_as_ghosts_without_link_and_label():
    found = timeline(EVENTS, kind="programme")

    assert found.count_label == "2 of 4"
    assert [entry.anchor for entry in found.entries] == ["event-2", "event-4"]
    ghosts = [shape for shape in shapes(found) if shape.is_ghost]
    assert len(ghosts) == 2
    assert not any(shape.label for shape in ghosts)
    assert 'href="#event-1"' not in html(found)


def test_filters_are_links_that_keep_each_other_and_count_what_they_lead_to():
    found = timeline(EVENTS, kind="programme", country="PE")

    assert [(choice.label, choice.count, choice.href) for choice in found.kinds] == [
        ("", 1, "/en/modules/module-2/?country=PE#timeline"),
        ("Memorandum", 0, "/en/modules/module-2/?kind=memorandum&country=PE#timeline"),
        ("Programme", 1, "/en/modules/module-2/?kind=programme&country=PE#timeline"),
        ("Conference", 0, "/en/modules/module-2/?kind=conference&country=PE#timeline"),
    ]
    assert [(choice.label, choice.count) for choice in found.countries] == [
        ("", 2),
        ("Brazil", 2),
        ("Peru", 1),
    ]
    assert [choice.value for choice in found.countries if choice.is_chosen] == ["PE"]


@pytest.mark.parametrize(
    "wrong", [{"kind": "nonsense"}, {"kind": "pledge"}, {"country": "XX"}, {"country": '"><b>'}]
)
def test_a_filter_that_no_event_has_is_ignored(wrong):
    found = timeline(EVENTS, **wrong)

    assert found.shown == 4
    assert found.shown == found.total


def test_an_empty_result_says_so_and_offers_all():
    found = timeline(EVENTS, kind="conference", country="PE")

    assert found.empty_sentence == "No event of this kind in Peru."
    page = html(found)
    assert "No event of this kind in Peru." in page
    assert '<a href="/en/modules/module-2/#timeline">Show all 4</a>' in page
    assert "<figure" not in page


# In words


def test_the_caption_says_the_picture_in_words():
    assert timeline(EVENTS).caption == "4 events, 2008 to 2027. 2 programmes run today."
    assert timeline(EVENTS, kind="memorandum").caption == "1 of 4 events, 2008 to 2027."
    assert timeline(EVENTS[:1]).caption == "1 event in 2008."


def test_a_timeline_without_events_says_so():
    found = timeline([])

    assert found.picture is None
    assert "Nothing stands on this timeline yet." in html(found)


def test_the_page_links_each_mark_to_its_entry():
    page = html(timeline(EVENTS))

    for pk in range(1, 5):
        assert page.count(f'href="#event-{pk}"') == 1
        assert page.count(f'id="event-{pk}"') == 1


def test_what_nobody_has_translated_is_marked_as_english():
    events = [event(1, "2010", title_ar="مؤتمر"), event(2, "2012", title_en="The Hague")]
    with override("ar"):
        found = timeline(events)
        page = html(found)

    assert not found.is_translated
    assert '<h3 class="entry__title">مؤتمر</h3>' in page
    assert '<h3 class="entry__title" lang="en" dir="ltr">The Hague</h3>' in page
    assert page.count("untranslated-note") == 1
    label = shapes(found)[1].label
    assert label.language == "en"
    assert label.text == f"{picture.LEFT_TO_RIGHT}The Hague{picture.END_OF_RUN}"


def test_what_people_wrote_is_escaped_and_no_style_is_inline():
    page = html(timeline([event(1, "2010", title_en="<script>", text_en="<b>", place_en="<i>x")]))

    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;i&gt;x" in page
    assert "style=" not in page


def test_a_source_link_names_its_event():
    page = html(timeline([event(1, "2010", source_url="https://example.org/a", source_name="A")]))

    assert 'href="https://example.org/a">Source' in page
    assert '<span class="visually-hidden">: <span>Event 1</span></span>' in page


def test_no_query_is_made(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        html(timeline(EVENTS))
