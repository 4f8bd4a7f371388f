//! `--uploaded-prior-to`: a moment as Python's `datetime.fromisoformat` reads it (3.11 and later: nearly all of
//! ISO 8601), in local time where it has no offset.

use std::iter::Peekable;
use std::str::Bytes;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Milliseconds since 1970, or what Python says is wrong. `local` tells the local time of a moment.
///
/// # Errors
/// Python's sentence.
pub fn millis(text: &str, local: impl Fn(i64) -> Option<[i32; 6]>) -> Result<i64, String> {
    let invalid = || format!("Invalid isoformat string: {}", crate::cli::python_repr(text));
    let end = end_of_date(text.as_bytes()).ok_or_else(invalid)?;
    let date = text.get(..end).ok_or_else(invalid)?;
    let days = match date_days(date) {
        Some(days) => days?,
        None => return Err(invalid()),
    };
    let mut rest = text.get(end..).unwrap_or_default().chars();
    let time = match rest.next() {
        None => Time::default(),
        Some(_) => read_time(rest.as_str()).ok_or_else(invalid)?,
    };
    let seconds = days * DAY + time.seconds()?;
    let utc = match time.offset {
        Some(offset) => seconds - offset,
        None => from_local(seconds, local),
    };
    Ok(utc * 1000 + time.millis)
}

/// Where the date ends and any one character follows before the time.
fn end_of_date(text: &[u8]) -> Option<usize> {
    let is_digit = |place: usize| text.get(place).is_some_and(u8::is_ascii_digit);
    if !text.is_ascii() && text.len() < 8 || text.len() < 7 {
        return None;
    }
    Some(match (text.get(4)?, text.get(5)?) {
        (b'-', b'W') if text.get(8) == Some(&b'-') && !is_digit(10) => 10,
        (b'-', b'W') => 8,
        (b'-', _) => 10,
        (b'W', _) => match (7..text.len()).take_while(|place| is_digit(*place)).count() {
            0 => 7,
            1 => 8,
            more if more % 2 == 0 => 7,
            _ => 8,
        },
        _ => 8,
    })
}

/// Days since 1970; nothing for what is no date, and Python's words for one that is not in the calendar.
fn date_days(date: &str) -> Option<Result<i64, String>> {
    let compact: String = date.chars().filter(|c| *c != '-').collect();
    let dashes: Vec<usize> = date.match_indices('-').map(|(place, _)| place).collect();
    let number = |from: usize, to: usize| -> Option<i64> {
        compact.get(from..to).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
    };
    let year = number(0, 4)?;
    if compact.as_bytes().get(4) == Some(&b'W') {
        let day = if compact.len() == 8 { number(7, 8)? } else { 1 };
        let fits = matches!((dashes.as_slice(), compact.len()), ([], 7 | 8) | ([4], 7) | ([4, 8], 8));
        return fits.then(|| week_days(year, number(5, 7).unwrap_or(0), day));
    }
    let fits = matches!(dashes.as_slice(), [] | [4, 7]) && compact.len() == 8;
    let (month, day) = (number(4, 6)?, number(6, 8)?);
    fits.then(|| month_days(year, month, day))
}

fn month_days(year: i64, month: i64, day: i64) -> Result<i64, String> {
    if year < 1 {
        return Err(format!("year {year} is out of range"));
    }
    if !(1..=12).contains(&month) {
        return Err("month must be in 1..12".to_owned());
    }
    let first = days_since_1970(year, month, 1);
    let next =
        if month == 12 { days_since_1970(year + 1, 1, 1) } else { days_since_1970(year, month + 1, 1) };
    if !(1..=next - first).contains(&day) {
        return Err("day is out of range for month".to_owned());
    }
    Ok(first + day - 1)
}

/// ISO 8601 weeks begin on Monday; the first one has the fourth of January.
fn week_days(year: i64, week: i64, day: i64) -> Result<i64, String> {
    if year < 1 {
        return Err(format!("Year is out of range: {year}"));
    }
    let monday = |year: i64| {
        let fourth = days_since_1970(year, 1, 4);
        fourth - (fourth + 3).rem_euclid(7)
    };
    if week < 1 || monday(year) + week * 7 > monday(year + 1) {
        return Err(format!("Invalid week: {week}"));
    }
    if !(1..=7).contains(&day) {
        return Err(format!("Invalid weekday: {day} (range is [1, 7])"));
    }
    Ok(monday(year) + (week - 1) * 7 + day - 1)
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A moment, in milliseconds since 1970, as Python writes one in UTC.
pub fn text(millis: i64) -> String {
    let (seconds, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // the inverse of `days_since_1970`
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let fraction = if rest == 0 { String::new() } else { format!(".{:06}", rest * 1000) };
    let [hour, minute, second] = [of_day / 3600, of_day / 60 % 60, of_day % 60];
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}+00:00")
}

#[derive(Default)]
struct Time {
    hour: i64,
    minute: i64,
    second: i64,
    millis: i64,
    /// In seconds; none is local time.
    offset: Option<i64>,
}

impl Time {
    fn seconds(&self) -> Result<i64, String> {
        for (value, limit, what) in
            [(self.hour, 24, "hour"), (self.minute, 60, "minute"), (self.second, 60, "second")]
        {
            if value >= limit {
                return Err(format!("{what} must be in 0..{}", limit - 1));
            }
        }
        Ok((self.hour * 60 + self.minute) * 60 + self.second)
    }
}

/// `hh[[:]mm[[:]ss[.fff]]]`, and after it `Z` or an offset of the same form.
fn read_time(text: &str) -> Option<Time> {
    let zone = text.find(['+', '-', 'Z']);
    let (clock, zone) = zone.map_or((text, ""), |place| text.split_at(place));
    let ([hour, minute, second], millis) = read_clock(clock)?;
    let offset = match zone.as_bytes() {
        [] => None,
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), ..] => {
            let ([hours, minutes, seconds], _) = read_clock(zone.get(1..)?)?;
            let offset = (hours * 60 + minutes) * 60 + seconds;
            (offset < DAY).then_some(())?;
            Some(if *sign == b'-' { -offset } else { offset })
        }
        _ => return None,
    };
    Some(Time { hour, minute, second, millis, offset })
}

fn read_clock(text: &str) -> Option<([i64; 3], i64)> {
    let mut bytes = text.bytes().peekable();
    let mut parts = [0; 3];
    let mut colons = None;
    for (place, part) in parts.iter_mut().enumerate() {
        if place > 0 {
            let colon = match bytes.peek() {
                None => break,
                Some(b'.' | b',') => return None,
                Some(byte) => *byte == b':',
            };
            (*colons.get_or_insert(colon) == colon).then_some(())?;
            if colon {
                bytes.next();
            }
        }
        *part = two_digits(&mut bytes)?;
    }
    Some((parts, read_fraction(bytes)?))
}

fn two_digits(bytes: &mut Peekable<Bytes<'_>>) -> Option<i64> {
    let mut digit = || bytes.next().filter(u8::is_ascii_digit).map(|byte| i64::from(byte - b'0'));
    Some(digit()? * 10 + digit()?)
}

/// Milliseconds of what stands behind the point; more digits are cut off.
fn read_fraction(mut bytes: Peekable<Bytes<'_>>) -> Option<i64> {
    match bytes.next() {
        None => return Some(0),
        Some(b'.' | b',') => {}
        Some(_) => return None,
    }
    let digits: Vec<u8> = bytes.collect();
    let are_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let millis = |place: usize| digits.get(place).map_or(0, |byte| i64::from(byte - b'0'));
    are_digits.then(|| millis(0) * 100 + millis(1) * 10 + millis(2))
}

/// The moment of a local time (`datetime._mktime`): of two that have it the first, and where it was skipped the one
/// that the offset before gives.
fn from_local(seconds: i64, local: impl Fn(i64) -> Option<[i32; 6]>) -> i64 {
    let local = |moment: i64| -> i64 {
        let Some(parts) = local(moment) else { return moment };
        let [year, month, day, hour, minute, second] = parts.map(i64::from);
        days_since_1970(year, month, day) * DAY + (hour * 60 + minute) * 60 + second
    };
    let offset = local(seconds) - seconds;
    let first = seconds - offset;
    let there = local(first);
    let other = if there == seconds {
        let before = local(first - DAY) - (first - DAY);
        if before == offset {
            return first;
        }
        before
    } else {
        there - first
    };
    let second = seconds - other;
    if local(second) == seconds {
        second
    } else if there == seconds {
        first
    } else {
        first.max(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_utc(seconds: i64) -> Option<[i32; 6]> {
        at(seconds, 0)
    }

    /// A clock that is so many seconds ahead.
    fn at(seconds: i64, ahead: i64) -> Option<[i32; 6]> {
        let seconds = seconds + ahead;
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let year = (1900..2100).rev().find(|year| days_since_1970(*year, 1, 1) <= days)?;
        let month = (1..=12).rev().find(|month| days_since_1970(year, *month, 1) <= days)?;
        let day = days - days_since_1970(year, month, 1) + 1;
        let parts = [year, month, day, rest / 3600, rest / 60 % 60, rest % 60];
        Some(parts.map(|part| i32::try_from(part).unwrap()))
    }

    #[test]
    fn moments() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("19700102", Some(86_400_000)),
            ("1970-01-01T00:00:01Z", Some(1_000)),
            ("1970-01-01 00:00:01.5+00:00", Some(1_500)),
            ("1970-01-01x010000", Some(3_600_000)),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("1970-01-01T01+0100", Some(0)),
            ("1970-W01-4", Some(0)),
            ("1970W014", Some(0)),
            ("1970-W02", Some(4 * 86_400_000)),
            ("1970-01-01T", None),
            ("1970-01-01T1", None),
            ("1970-01-01T01:0000", None),
            ("1970-1-1", None),
            ("today", None),
            ("", None),
        ] {
            assert_eq!(millis(text, in_utc).ok(), expected, "{text}");
        }
    }

    #[test]
    fn texts() {
        for (millis, expected) in [
            (0, "1970-01-01 00:00:00+00:00"),
            (1_704_067_200_000, "2024-01-01 00:00:00+00:00"),
            (1_709_164_799_120, "2024-02-28 23:59:59.120000+00:00"),
            (-1, "1969-12-31 23:59:59.999000+00:00"),
        ] {
            assert_eq!(text(millis), expected);
        }
    }

    #[test]
    fn what_is_wrong() {
        for (text, words) in [
            ("1970-13-01", "month must be in 1..12"),
            ("1970-02-29", "day is out of range for month"),
            ("1970-02-28T24:00", "hour must be in 0..23"),
            ("1970-W54", "Invalid week: 54"),
            ("soon", "Invalid isoformat string: 'soon'"),
        ] {
            assert_eq!(millis(text, in_utc).unwrap_err(), words);
        }
    }

    #[test]
    fn local_time() {
        let east = |seconds| at(seconds, 7_200);
        assert_eq!(millis("1970-01-01T02:00", east), Ok(0));
        assert_eq!(millis("1970-01-01T02:00Z", east), Ok(7_200_000));
        // clocks are put forward by an hour at 10,000,000, and back at 20,000,000
        let summer =
            |seconds| at(seconds, if (10_000_000..20_000_000).contains(&seconds) { 3600 } else { 0 });
        assert_eq!(from_local(10_000_000 - 1, summer), 10_000_000 - 1);
        assert_eq!(from_local(10_003_600, summer), 10_000_000);
        assert_eq!(from_local(20_000_000, summer), 19_996_400);
        assert_eq!(from_local(20_003_600, summer), 20_003_600);
    }
}
