"""The geometry behind the drawings."""

from datetime import date

from qms.foundation.charts import TimeBar, stacked_bar, time_bars, trend


def test_segments_fill_the_bar_side_by_side() -> None:
    segments = stacked_bar([("Phù hợp", 3, "covered", "?a"), ("Chưa có", 1, "missing", "")])

    assert [(each.start, each.percent) for each in segments] == [("0", "75"), ("75", "25")]
    assert segments[0].url == "?a"


def test_bar_of_nothing_has_no_width() -> None:
    assert [each.percent for each in stacked_bar([("Phù hợp", 0, "covered", "")])] == ["0"]


def test_numbers_have_a_dot_whatever_the_language() -> None:
    segments = stacked_bar([("a", 1, "covered", ""), ("b", 2, "missing", "")])

    assert [each.percent for each in segments] == ["33.33", "66.67"]


def test_steps_follow_each_other_within_the_limit() -> None:
    bars = time_bars([240, None, 720], limit=1920)

    assert bars == [TimeBar("0", "12.5"), TimeBar("12.5", "0"), TimeBar("12.5", "37.5")]


def test_steps_over_the_limit_still_fit_the_drawing() -> None:
    assert time_bars([480, 480], limit=480) == [TimeBar("0", "50"), TimeBar("50", "50")]


def test_steps_without_times_have_no_bars() -> None:
    assert time_bars([None, None]) == [TimeBar("0", "0"), TimeBar("0", "0")]


def test_trend_holds_each_count_until_the_next() -> None:
    chart = trend(
        [("Có quy trình ISO", "covered")],
        [(date(2022, 1, 1), [0]), (date(2022, 1, 6), [10])],
        until=date(2022, 1, 11),
        marks=[(date(2022, 1, 6), "QĐ 01"), (date(2021, 1, 6), "trước đó")],
    )

    assert [line.path for line in chart.lines] == ["M34 170H272V10H510"]
    assert [(mark.position, mark.label) for mark in chart.marks] == [("272", "QĐ 01")]
    assert [tick.label for tick in chart.counts] == ["0", "5", "10"]
    assert chart.rows == [(date(2022, 1, 1), [0]), (date(2022, 1, 6), [10])]


def test_trend_of_one_day_is_drawn() -> None:
    chart = trend([("a", "covered")], [(date(2022, 1, 1), [0])], until=date(2022, 1, 1))

    assert chart.lines[0].path == "M34 170H510"
