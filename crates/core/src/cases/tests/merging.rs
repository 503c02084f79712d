//! Journals of several tablets that know nothing of each other, merged at a receiver.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Something that happens on one of the tablets.
#[derive(Clone, Debug)]
enum Act {
    Rate(u8, bool),
    Correct(usize, u8),
    Detail(usize, bool),
    Open(usize),
    Change(usize, u8),
    Rule(u8),
    Clear(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let response = 0_usize..8;
    prop_oneof![
        3 => (1_u8..=5, any::<bool>()).prop_map(|(level, has_ticket)| Act::Rate(level, has_ticket)),
        1 => (response.clone(), 1_u8..=5).prop_map(|(of, level)| Act::Correct(of, level)),
        1 => (response.clone(), any::<bool>()).prop_map(|(of, is_sealed)| Act::Detail(of, is_sealed)),
        1 => response.clone().prop_map(Act::Open),
        6 => (response.clone(), 0_u8..24).prop_map(|(of, change)| Act::Change(of, change)),
        1 => (0_u8..4).prop_map(Act::Rule),
        1 => response.prop_map(Act::Clear),
    ]
}

fn change_of(n: u8, responses: &[EventId]) -> Change {
    let second = || responses[usize::from(n) % responses.len()].clone();
    match n {
        0..13 => Change::Step(StepResult::ALL[usize::from(n)].1),
        13 => Change::Owner("王敏".into()),
        14 => Change::Owner("李强".into()),
        15 => Change::Department("大厅".into()),
        16 => Change::Noted,
        17 => Change::Appealed(Ground::Mistaken),
        18 => Change::Decided(Decision::Upheld),
        19 => Change::Decided(Decision::Rejected),
        20 | 21 => Change::Linked(second()),
        22 => Change::Unlinked(second()),
        _ => Change::Reopened,
    }
}

/// Plays what happens, minute by minute; both tablets know each other's responses, but not what is done about them.
fn play(acts: &[(usize, u16, Act)]) -> [Tablet; 2] {
    let mut tablets = [Tablet::new("a", 0), Tablet::new("b", 120)];
    let mut responses = vec![tablets[0].rate("2026-11-02 08:00", 1), tablets[1].rate("2026-11-02 08:00", 2)];
    let mut rules = [CaseRules::default(), CaseRules::default()];
    for (number, minute, act) in acts {
        let tablet = &mut tablets[*number];
        // Many of them in the same minute: then the ids decide.
        let now = format!("2026-11-02 {:02}:{:02}", 8 + minute / 60, minute % 60);
        let of = |of: &usize| responses[of % responses.len()].clone();
        match act {
            Act::Rate(level, has_ticket) => {
                let context = Context { ticket: has_ticket.then(|| "A1".to_owned()), ..Context::default() };
                let id = tablet.rate_with(&now, *level, context);
                responses.push(id);
            }
            Act::Correct(response, level) => {
                let [from, value] = [3, *level].map(|level| Rating::new(level).unwrap());
                let moment = tablet.moment(at(&now));
                let body = Body::RatingChanged { response: of(response), from, value };
                tablet.record(Written::new(&Draft::new(&moment, body)));
            }
            Act::Detail(response, is_sealed) => {
                let sealed = PersonalText::Sealed { key: "0011223344556677".into(), sealed: "AA".into() };
                let text = if *is_sealed { Some(sealed) } else { PersonalText::with_contact("", "1", &[1; 16]) };
                tablet.detail(&now, &of(response), &["wait"], text);
            }
            Act::Open(response) => drop(tablet.say(&now, opened(&of(response), "x"))),
            Act::Change(response, change) => tablet.change(&now, &of(response), change_of(*change, &responses)),
            Act::Rule(level) => {
                let after = up_to(Some(*level).filter(|level| *level > 0));
                tablet.rule(&now, &rules[*number], &after);
                rules[*number] = after;
            }
            Act::Clear(response) => {
                let body = json!({ "response": of(response), "reason": "appeal" });
                tablet.say(&now, Body::noted("flag.cleared", body));
            }
        }
    }
    tablets
}

fn seen(cases: &Cases) -> Vec<(Case, Vec<Recorded>)> {
    let all = cases.all(&Outlook { own: None, hours: &Hours::default() });
    all.into_iter().map(|case| (case.clone(), cases.history(&case.id).into_iter().cloned().collect())).collect()
}

/// Where a case stands, read off its history the long way round: for each step, what was said of it last since it was
/// last to be done anew.
fn slow_standing(history: &[Recorded], is_withdrawn: bool) -> Standing {
    if is_withdrawn {
        return Standing::Withdrawn;
    }
    let changes: Vec<&Change> = history
        .iter()
        .filter_map(|recorded| match &recorded.what {
            What::Changed(change) => Some(change),
            _ => None,
        })
        .collect();
    let result_of = |step: Step, changes: &[&Change]| {
        let mut last = None;
        for (place, change) in changes.iter().enumerate() {
            match change {
                Change::Step(StepResult::NoAnswer) => {}
                Change::Step(StepResult::Failed) | Change::Reopened if step >= Step::Fix => last = None,
                Change::Reopened if step == Step::Verify => {
                    // Only what was unfounded just then.
                    let before = changes[..place].iter().rev().find_map(|change| match change {
                        Change::Step(result) if result.step() == Step::Verify => Some(*result),
                        _ => None,
                    });
                    last = last.filter(|_| before != Some(StepResult::Unfounded));
                }
                Change::Step(result) if result.step() == step && *result != StepResult::Failed => last = Some(*result),
                _ => {}
            }
        }
        last
    };
    let is_unfounded = result_of(Step::Verify, &changes) == Some(StepResult::Unfounded);
    let is_over = |step: &Step| result_of(*step, &changes).is_some() || *step == Step::Fix && is_unfounded;
    Step::ALL.into_iter().find(|step| !is_over(step)).map_or(Standing::Closed, Standing::Open)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn a_union_of_events_gives_the_same_cases_in_any_order(
        acts in prop::collection::vec((0_usize..2, 0_u16..40, act()), 0..60),
        order in any::<prop::sample::Index>().prop_flat_map(|_| prop::collection::vec(any::<u32>(), 200)),
        twice in 0_usize..20,
    ) {
        let tablets = play(&acts);
        let mut union: Vec<Entry> = tablets.iter().flat_map(|tablet| tablet.entries.clone()).collect();
        let expected = seen(&folded(&union));
        // Some come twice, as a receiver that is asked again gives them.
        let again: Vec<Entry> = union.iter().take(twice).cloned().collect();
        union.extend(again);
        let mut shuffled: Vec<(u32, Entry)> = order.iter().copied().cycle().zip(union).collect();
        shuffled.sort_by_key(|(at, _)| *at);
        let shuffled: Vec<Entry> = shuffled.into_iter().map(|(_, entry)| entry).collect();
        prop_assert_eq!(&seen(&folded(&shuffled)), &expected);

        // Nothing is lost: each event about a case stands in one history.
        let about: BTreeSet<&EventId> = tablets
            .iter()
            .flat_map(|tablet| &tablet.entries)
            .filter(|entry| entry.event.kind.starts_with("case."))
            .map(|entry| &entry.event.id)
            .collect();
        let told: Vec<&EventId> = expected.iter().flat_map(|(_, history)| history).map(|recorded| &recorded.id).collect();
        prop_assert_eq!(told.len(), about.len());
        prop_assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), about);

        for (case, history) in &expected {
            let is_withdrawn = case.appeal == Appeal::Decided(Decision::Upheld);
            prop_assert_eq!(case.standing, slow_standing(history, is_withdrawn));
        }
    }
}

#[test]
fn two_tablets_that_work_on_one_case_keep_both_their_words() {
    let [mut one, mut other] = [Tablet::new("a", 0), Tablet::new("b", 120)];
    let id = one.rate("2026-11-02 10:00", 1);
    one.step("2026-11-02 11:00", &id, StepResult::Confirmed);
    other.step("2026-11-02 11:30", &id, StepResult::Unfounded);
    one.change("2026-11-02 11:10", &id, Change::Owner("王敏".into()));
    other.change("2026-11-02 11:05", &id, Change::Owner("李强".into()));
    for entries in [[&one, &other], [&other, &one]] {
        let union: Vec<Entry> = entries.iter().flat_map(|tablet| tablet.entries.clone()).collect();
        let cases = folded(&union);
        let [(case, history)] = &seen(&cases)[..] else { panic!("one case") };
        assert_eq!((case.owner.as_str(), history.len()), ("王敏", 4));
        assert_eq!(case.step(Step::Verify).result, Some(StepResult::Unfounded), "the later one stands");
    }
}
