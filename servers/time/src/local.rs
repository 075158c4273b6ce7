//! The zone that a model is told to use where the user names none: `--local-timezone`, else `TZ`, else UTC.

use crate::zone::Zone;
use std::borrow::Cow;

/// What stands in the tools' descriptions for the zone's name.
pub(crate) const PLACE: &str = "{local}";

/// The list of tools with the zone's name filled in.
pub(crate) fn named(tools: &'static str) -> Cow<'static, str> {
    let environment = std::env::var("TZ").ok();
    let zone = of(&wasmmcp::args(), environment.as_deref());
    Cow::Owned(tools.replace(PLACE, &zone))
}

/// The zone, from the server's arguments and environment. What is no zone is passed over, with a line on stderr: a list of tools has no room for an error.
fn of(arguments: &[String], environment: Option<&str>) -> String {
    let mut arguments = arguments.iter().map(String::as_str);
    let mut given = None;
    while let Some(argument) = arguments.next() {
        if argument == "--local-timezone" {
            given = Some(arguments.next().unwrap_or_default());
        } else if let Some(value) = argument.strip_prefix("--local-timezone=") {
            given = Some(value);
        }
    }
    if let Some(name) = given {
        if Zone::named(name).is_some() {
            return name.to_owned();
        }
        eprintln!(
            "time: --local-timezone {name:?} is no IANA name; write one such as Europe/Paris"
        );
    }
    // POSIX allows a colon before the name.
    let environment = environment.map(|name| name.strip_prefix(':').unwrap_or(name));
    environment
        .filter(|name| Zone::named(name).is_some())
        .unwrap_or("UTC")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_argument_goes_before_the_environment_and_what_is_no_zone_is_passed_over() {
        let given = |arguments: &[&str], environment| {
            of(
                &arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>(),
                environment,
            )
        };
        assert_eq!(given(&[], None), "UTC");
        assert_eq!(given(&[], Some(":Asia/Seoul")), "Asia/Seoul");
        assert_eq!(given(&[], Some("EST5EDT,M3.2.0,M11.1.0")), "UTC");
        assert_eq!(
            given(&["--local-timezone", "Europe/Paris"], Some("Asia/Seoul")),
            "Europe/Paris"
        );
        assert_eq!(
            given(&["--local-timezone=Europe/Rome"], None),
            "Europe/Rome"
        );
        assert_eq!(given(&["--local-timezone", "Paris\"}"], None), "UTC");
        assert_eq!(
            given(&["--local-timezone"], Some("Asia/Seoul")),
            "Asia/Seoul"
        );
    }
}
