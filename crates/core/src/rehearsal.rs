//! A session of nobody, led to a place of a survey: what its owner looks at before customers do. Nothing of it is ever
//! stored.

use crate::event::{Context, Rating};
use crate::session::{Input, Screen, Session};
use crate::survey::{Field, Page, Survey, Timeouts};
use crate::time::Moment;

/// While somebody looks, nothing goes away by itself.
const PATIENT: Timeouts = Timeouts { idle_s: u16::MAX, warning_s: u16::MAX, thanks_s: u16::MAX, attract_s: u16::MAX };
const MS_PER_HOUR: i64 = 3_600_000;

/// A place of a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The loop after a long quiet.
    Attract,
    /// The first screen.
    Rating,
    /// A page, by its place in the survey.
    Page(usize),
    /// The last screen.
    Thanks,
}

/// A session that stands at a place, or where the way there ends: a condition on an hour or on a service point is met
/// as far as it can be.
pub fn led_to(survey: Survey, place: Place, locale: &str, moment: &Moment) -> Session {
    let wanted = match place {
        Place::Page(index) => survey.pages.get(index).cloned(),
        _ => None,
    };
    let survey = Survey { timeouts: PATIENT, ..survey };
    let best = survey.scale.levels().next_back();
    let when = wanted.as_ref().map(|page| page.when.clone()).unwrap_or_default();
    let context = Context {
        survey: survey.id.clone(),
        version: survey.version,
        locale: locale.to_owned(),
        point: when.point.first().cloned().unwrap_or_default(),
        channel: when.channel.first().cloned().unwrap_or_default(),
        ..Context::default()
    };
    let moment = when.hours.map_or(*moment, |(from, _)| at_hour(moment, from));
    let rating = when.rating.first().copied().or(best);
    let mut session = Session::new(survey, context, moment.uptime);
    match (place, rating) {
        (Place::Attract, _) => {
            let uptime = session.deadline().unwrap_or(moment.uptime);
            session.handle(Input::TimePassed, &Moment { uptime, ..moment });
        }
        (Place::Rating, _) | (_, None) => {}
        (Place::Page(index), Some(rating)) => lead_on(&mut session, index, rating, wanted.as_ref(), &moment),
        (Place::Thanks, Some(rating)) => {
            session.handle(Input::Rated(rating), &moment);
            session.handle(Input::Skipped, &moment);
            store(&mut session, &moment);
        }
    }
    session
}

/// What waits for the disk has come there, since there is none.
pub fn store(session: &mut Session, moment: &Moment) -> bool {
    let Screen::Saving { awaiting, .. } = session.screen() else { return false };
    let stored = Input::Stored(awaiting.clone(), 1);
    session.handle(stored, moment);
    true
}

fn lead_on(session: &mut Session, to: usize, rating: Rating, wanted: Option<&Page>, moment: &Moment) {
    session.handle(Input::Rated(rating), moment);
    // Each time a page further on, so it ends.
    while let Some((page, answer)) = session.page() {
        if answer.page >= to {
            return;
        }
        let inputs = needed(page, wanted);
        for input in inputs {
            session.handle(input, moment);
        }
        session.handle(Input::Submitted, moment);
    }
}

/// What has to be tapped on a page so that the wanted one follows.
fn needed(page: &Page, wanted: Option<&Page>) -> Vec<Input> {
    let answer = wanted.and_then(|page| page.when.answer.as_ref());
    let of_field = |field: &Field| match field {
        Field::Reasons { options, is_required: true } => {
            options.first().map(|option| Input::ReasonToggled(option.id.clone()))
        }
        Field::Choice { id, .. } => {
            let option = answer.filter(|(asked, _)| asked == id).and_then(|(_, any)| any.first());
            option.map(|option| Input::OptionToggled(id.clone(), option.clone()))
        }
        _ => None,
    };
    page.fields.iter().filter_map(of_field).collect()
}

/// The same moment at another hour of the day.
fn at_hour(moment: &Moment, hour: u8) -> Moment {
    let mut moment = *moment;
    let local = moment.now.0 + i64::from(moment.offset.0) * 60_000;
    let now = local.div_euclid(MS_PER_HOUR).rem_euclid(24);
    moment.now.0 += (i64::from(hour) - now) * MS_PER_HOUR;
    moment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::tests::{TEMPLATES, template};
    use crate::time::{UnixMillis, Uptime, UtcOffset};

    fn moment() -> Moment {
        Moment { now: UnixMillis(1_790_000_000_000), offset: UtcOffset(480), uptime: Uptime(9), random: [7; 26] }
    }

    #[test]
    fn leads_to_every_page_of_every_template() {
        for id in TEMPLATES {
            let survey = Survey::parse(&template(id)).unwrap();
            for index in 0..survey.pages.len() {
                let session = led_to(survey.clone(), Place::Page(index), "en", &moment());
                let page = session.page().map(|(_, answer)| answer.page);
                assert_eq!(page, Some(index), "{id}: {:?}", session.screen());
            }
        }
    }

    #[test]
    fn leads_to_a_page_through_its_conditions() {
        let mut survey = Survey::parse(&template("government")).unwrap();
        let index = survey.pages.len();
        let question = survey.pages.iter().position(|page| {
            page.when.rating.is_empty() && page.fields.iter().any(|field| matches!(field, Field::Choice { .. }))
        });
        let mut last = survey.pages.last().unwrap().clone();
        last.id = "late".into();
        last.when.rating.clear();
        last.when.hours = Some((3, 4));
        last.when.point = vec!["7".into()];
        last.when.channel = vec!["link".into()];
        if let Some(question) = question
            && let Some(Field::Choice { id, options, .. }) =
                survey.pages[question].fields.iter().find(|field| matches!(field, Field::Choice { .. }))
        {
            last.when.answer = Some((id.clone(), vec![options.last().unwrap().id.clone()]));
        }
        survey.pages.push(last);
        let session = led_to(survey, Place::Page(index), "zh-CN", &moment());
        assert_eq!(session.page().map(|(page, _)| page.id.clone()).as_deref(), Some("late"));
    }

    #[test]
    fn stands_at_the_first_and_at_the_last_screen_and_in_the_loop() {
        for id in TEMPLATES {
            let survey = Survey::parse(&template(id)).unwrap();
            let at = |place| led_to(survey.clone(), place, "en", &moment()).screen().clone();
            assert!(matches!(at(Place::Rating), Screen::Rating { changing: None }), "{id}");
            assert!(matches!(at(Place::Thanks), Screen::Thanks { number: 1 }), "{id}");
            assert_eq!(at(Place::Attract), Screen::Attract, "{id}");
        }
    }
}
