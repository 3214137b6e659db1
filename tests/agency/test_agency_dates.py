"""The region's dates: every way of writing one moment gives that moment, and nothing is guessed."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.agency import _dates as dates
from syndicate.errors import AgencyError

JAKARTA, BANGKOK, YANGON, DILI, MANILA = (
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Yangon",
    "Asia/Dili",
    "Asia/Manila",
)


def read(written: str, zone: str = "UTC", *, local: bool = False) -> str | None:
    seconds = dates.DateReader(zone=zone, local=local).seconds(written)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0700", "UTC"),
        ("Mon, 23 Nov 2026 10:00:00 ICT", "UTC"),
        ("Mon, 23 Nov 2026 10:00 WIB", "UTC"),
        ("Mon, 23 Nov 2026 11:00:00 WITA", "UTC"),
        ("Mon, 23 Nov 2026 12:00:00 WIT", "UTC"),
        ("Mon, 23 Nov 2026 11:00:00 PHT", "UTC"),
        ("Mon, 23 Nov 2026 11:00:00 PST", MANILA),
        ("Sun, 22 Nov 2026 19:00:00 PST", "UTC"),
        ("Mon, 23 Nov 2026 11:00:00 SGT", "UTC"),
        ("Mon, 23 Nov 2026 11:00:00 MYT", "UTC"),
        ("Mon, 23 Nov 2026 11:00:00 BNT", "UTC"),
        ("Mon, 23 Nov 2026 09:30:00 MMT", "UTC"),
        ("Mon, 23 Nov 2026 12:00:00 TLT", "UTC"),
        ("Mon, 23 Nov 2026 03:00:00 GMT", JAKARTA),
        ("Mon, 23 Nov 2026 10:00:00 GMT+7", "UTC"),
        ("Mon, 23 Nov 2026 10:00:00 (GMT+07:00)", "UTC"),
        ("Mon, 23 Nov 2026 10:00:00", JAKARTA),
        ("Mon, 23 Nov 26 10:00:00 +0700", "UTC"),
        ("Mon Nov 23 10:00:00 2026", JAKARTA),
        ("November 23, 2026 10:00 AM", JAKARTA),
        ("Mon, November 23rd, 2026, 10:00 a.m.", JAKARTA),
        ("2026-11-23T10:00:00+07:00", "UTC"),
        ("2026-11-23T03:00:00Z", JAKARTA),
        ("2026-11-23T03:00:00.123456Z", JAKARTA),
        ("2026-11-23T10:00:00", JAKARTA),
        ("2026-11-23 10:00", JAKARTA),
        ("2026-11-23T10:00+0700", "UTC"),
        ("2026-11-23T10:00:00+07", "UTC"),
        ("2026/11/23 10:00:00", JAKARTA),
        ("20261123 10:00", JAKARTA),
        ("23/11/2026 10:00", JAKARTA),
        ("23-11-2026 10:00:00", JAKARTA),
        ("23.11.2026 10:00", JAKARTA),
        ("23/11/2026 - 10:00", JAKARTA),
        ("10:00 | 23/11/2026", JAKARTA),
        ("11/23/2026 11:00 AM", MANILA),
        ("11/23/2026 10:00", JAKARTA),
        # Indonesian, Malay
        ("Senin, 23 November 2026 10:00 WIB", "UTC"),
        ("Senin, 23 November 2026 10.00 WIB", "UTC"),
        ("23 Nopember 2026 10:00", JAKARTA),
        ("23 Nop 2026, 10:00 WIB", "UTC"),
        ("Isnin, 23 November 2026 11:00 pagi", "Asia/Kuala_Lumpur"),
        # Vietnamese
        ("Thứ Hai, 23/11/2026 10:00", "Asia/Ho_Chi_Minh"),
        ("Thứ 2, ngày 23/11/2026 10:00 (GMT+7)", "UTC"),
        ("Ngày 23 tháng 11 năm 2026, 10 giờ 00", "Asia/Ho_Chi_Minh"),
        ("23 Tháng Mười Một 2026 10:00 SA", "Asia/Ho_Chi_Minh"),
        ("23 Thg 11 2026 10h00", "Asia/Ho_Chi_Minh"),
        (unicodedata.normalize("NFD", "23 tháng mười một năm 2026 10:00"), "Asia/Ho_Chi_Minh"),
        # Thai
        ("วันจันทร์ที่ 23 พฤศจิกายน พ.ศ. 2569 เวลา 10:00 น.", BANGKOK),
        ("๒๓ พ.ย. ๒๕๖๙ ๑๐:๐๐", BANGKOK),
        ("23 พ.ย. 69 10.00 น.", BANGKOK),
        ("23 พฤศจิกายน 2026 10:00", BANGKOK),
        ("Mon, 23 Nov 2569 10:00:00 +0700", "UTC"),
        ("23/11/2569 10:00", BANGKOK),
        ("2569-11-23T10:00:00+07:00", "UTC"),
        # Lao, Khmer
        ("ວັນທີ ໒໓ ພະຈິກ ໒໐໒໖ ໑໐:໐໐", "Asia/Vientiane"),
        ("23 ພ.ຈ. 2026 10:00", "Asia/Vientiane"),
        ("ថ្ងៃទី២៣ ខែវិច្ឆិកា ឆ្នាំ២០២៦ ម៉ោង ១០:០០", "Asia/Phnom_Penh"),
        ("23 វិច្ឆិកា 2026 10:00 ព្រឹក", "Asia/Phnom_Penh"),
        # Burmese
        ("၂၀၂၆ ခုနှစ် နိုဝင်ဘာလ ၂၃ ရက် ၀၉:၃၀", YANGON),
        ("၂၃ နိုဝင်ဘာ ၂၀၂၆ ၀၉:၃၀", YANGON),
        # Filipino, Portuguese, Tetum
        ("Lunes, ika-23 ng Nobyembre 2026, 11:00", MANILA),
        ("Nobyembre 23, 2026 11:00 AM", MANILA),
        ("23 de novembro de 2026, 12h00", DILI),
        ("segunda-feira, 23 Nov 2026 12:00", DILI),
        ("23 Novembru 2026 12:00", DILI),
        # Chinese, Tamil, Jawi
        ("2026年11月23日 11:00", "Asia/Singapore"),
        ("23 நவம்பர் 2026 11:00", "Asia/Singapore"),
        ("23 نوۏيمبر 2026 11:00", "Asia/Brunei"),
    ],
)
def test_one_moment_however_the_region_writes_it(written: str, zone: str) -> None:
    assert read(written, zone) == "2026-11-23 03:00:00"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("23 Agu 2026", "2026-08-23 00:00:00"),
        ("23 Ogos 2026", "2026-08-23 00:00:00"),
        ("23 Mac 2026", "2026-03-23 00:00:00"),
        ("23 Mei 2026", "2026-05-23 00:00:00"),
        ("23 Dis 2026", "2026-12-23 00:00:00"),
        ("23 Des 2026", "2026-12-23 00:00:00"),
        ("23 Set 2026", "2026-09-23 00:00:00"),
        ("23 Hun 2026", "2026-06-23 00:00:00"),
        ("23 Maiu 2026", "2026-05-23 00:00:00"),
        ("23 março 2026", "2026-03-23 00:00:00"),
        ("23 มี.ค. 2569", "2026-03-23 00:00:00"),
        ("23 มิ.ย. 2569", "2026-06-23 00:00:00"),
        ("23 ມິຖຸນາ 2026", "2026-06-23 00:00:00"),
        ("23 កុម្ភៈ 2026", "2026-02-23 00:00:00"),
        ("23 មិថុនា 2026", "2026-06-23 00:00:00"),
        ("23 ဩဂုတ် 2026", "2026-08-23 00:00:00"),
        ("23 tháng tư 2026", "2026-04-23 00:00:00"),
        ("23 tháng mười hai 2026", "2026-12-23 00:00:00"),
        ("23 tháng năm năm 2026", "2026-05-23 00:00:00"),
        ("03/04/2026", "2026-04-03 00:00:00"),
        ("23 Nov 2026 12:30 AM", "2026-11-23 00:30:00"),
        ("23 Nov 2026 12:30 PM", "2026-11-23 12:30:00"),
        ("23 Nov 2026 3:30 CH", "2026-11-23 15:30:00"),
        ("Tue, 30 Jun 2026 23:59:60 GMT", "2026-06-30 23:59:59"),
    ],
)
def test_days_and_hours(written: str, moment: str) -> None:
    assert read(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "0000-00-00T00:00:00Z",
        "0000-00-00 00:00:00",
        "2026-13-40",
        "31 Feb 2026",
        "Mon, 23 Nov 2026 10:00:00 XYZT",
        "Mon, 23 Nov 2026 10:00:00 +9900",
        "November 2026",
        "23 November",
        "10:00",
        "2026",
        "1" * 200,
        "23 Nov 2026 " + "x" * 200,
    ],
)
def test_what_would_have_to_be_guessed_is_no_date(written: str) -> None:
    assert read(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "0999-06-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/Los_Angeles"])
def test_a_date_at_the_edge_of_the_calendar_is_none(written: str, zone: str) -> None:
    assert read(written, zone) is None
    assert read(written, zone, local=True) is None


def test_a_cms_that_calls_local_time_greenwich_can_be_read_as_local() -> None:
    assert read("Mon, 23 Nov 2026 10:00:00 GMT", JAKARTA, local=True) == "2026-11-23 03:00:00"


def test_day_and_month_that_could_change_places_are_told() -> None:
    assert dates.may_be_read_twice("03/04/2026")
    assert not dates.may_be_read_twice("23/04/2026")
    assert not dates.may_be_read_twice("04/04/2026")


def test_whether_a_date_states_its_zone() -> None:
    assert dates.states_a_zone("Mon, 23 Nov 2026 10:00:00 WIB")
    assert dates.states_a_zone("2026-11-23T10:00:00Z")
    assert not dates.states_a_zone("2026-11-23 10:00:00")
    assert not dates.states_a_zone("23 Nov 2026 10:00 AM")


def test_a_zone_that_does_not_exist_is_told() -> None:
    with pytest.raises(AgencyError, match="no time zone 'Asia/Atlantis'"):
        dates.zone_of("Asia/Atlantis")


@given(st.text(max_size=150))
def test_any_text_is_a_date_or_none(written: str) -> None:
    dates.DateReader(zone=JAKARTA).seconds(written)
