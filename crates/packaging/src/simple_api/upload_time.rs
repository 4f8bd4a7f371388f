//! Upload times (PEP 700): RFC 3339 texts as milliseconds, and back.

/// Reads an upload time (`2023-04-05T06:07:08.123456Z`, also with an offset or a blank instead of `T`) as
/// milliseconds since 1970 in UTC; `None` when it is none.
pub fn upload_millis(text: &str) -> Option<i64> {
    let bytes = text.trim().as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let at = |place: usize, allowed: &[u8]| bytes.get(place).is_some_and(|b| allowed.contains(b));
    let separated = at(4, b"-") && at(7, b"-") && at(10, b"T t") && at(13, b":") && at(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let in_range =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !separated || !in_range {
        return None;
    }
    let rest = &bytes[19..];
    let fraction = match rest {
        [b'.', digits @ ..] => digits.iter().take_while(|b| b.is_ascii_digit()).count() + 1,
        _ => 0,
    };
    let digits = rest.get(1..fraction).unwrap_or_default();
    let millis = (0..3).fold(0i64, |n, place| n * 10 + digits.get(place).map_or(0, |b| i64::from(b - b'0')));
    let offset = offset_minutes(&rest[fraction..])?;
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1000 + millis)
}

/// `Z`, nothing, or `+01:00` in minutes.
fn offset_minutes(text: &[u8]) -> Option<i64> {
    let digit = |b: &u8| b.is_ascii_digit().then(|| i64::from(b - b'0'));
    match text {
        [] | [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let minutes = (digit(h1)? * 10 + digit(h2)?) * 60 + digit(m1)? * 10 + digit(m2)?;
            Some(if *sign == b'-' { -minutes } else { minutes })
        }
        _ => None,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Writes milliseconds since 1970 as `2023-04-05T06:07:08.123Z`, the form of locks and pages; the inverse of
/// [`upload_millis`] for the years 0 to 9999, which times outside are moved to.
pub fn upload_text(millis: i64) -> String {
    let day_millis = 24 * 60 * 60 * 1000;
    let millis =
        millis.clamp(days_since_1970(0, 1, 1) * day_millis, days_since_1970(10_000, 1, 1) * day_millis - 1);
    let (days, rest) = (millis.div_euclid(day_millis), millis.rem_euclid(day_millis));
    let (year, month, day) = date_of(days);
    let (seconds, fraction) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// The inverse of [`days_since_1970`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
