//! Everything that the manager's part says. A text that one language lacks does not compile.

pub mod en;
pub mod zh;

/// Structs of texts, each field named by what it says: a text, unless it says what else.
macro_rules! texts {
    (@kind) => { &'static str };
    (@kind $kind:ty) => { $kind };
    ($($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $field:ident $(: $kind:ty)?),* $(,)? })*) => {$(
        $(#[$of])*
        #[derive(Debug)]
        #[allow(missing_docs, reason = "each field is named by what it says")]
        pub struct $name {
            $($(#[$doc])* pub $field: texts!(@kind $($kind)?),)*
        }
    )*};
}

texts! {
    /// All texts of one language. `{}` stands for what [`fill`] puts there.
    Texts {
        product, desk, to_kiosk, door: DoorTexts, rail: RailTexts, results: ResultsTexts, insight: InsightTexts, remarks: RemarksTexts, export: ExportTexts, import: ImportTexts, sync: SyncTexts,
        health: HealthTexts, settings: SettingsTexts, hours: HoursTexts, staff: StaffTexts, roster: RosterTexts, attract: AttractTexts, cases: CasesTexts, provision: ProvisionTexts, install: InstallTexts, passphrase: PassphraseTexts, sealing: SealingTexts,
        backup: BackupTexts, restore: RestoreTexts, surveys: SurveysTexts, trouble: TroubleTexts,
        alerts: AlertsTexts, improvements: ImprovementsTexts,
    }

    DoorTexts {
        ask, ask_hint, choose, choose_hint, pin, again, unlock, set, checking, refused, early, uncounted,
        uncounted_elsewhere, chosen_elsewhere, wait, enter_again, fault_digits, fault_guessable, fault_differs,
        damaged, awaited, awaited_hint, awaited_long, pad, delete, clear,
    }

    RailTexts {
        results, comments, cases, improvements, sync, health, settings, tabs, lock, counts, recorded, acknowledged, queued, quarantined, add_up,
        do_not_add_up, do_not_add_up_long, locking, stay,
    }

    ResultsTexts {
        since, csat, csat_formula, nps, nps_formula, ces, ces_formula, on_other_scales: Count, negative, negative_formula, interval, responses: Count, too_few,
        none_today, none_ever, none_hint, distribution, as_table, level, count, share, total,
        levels: [&'static str; 5], doubts, doubts_note, doubtful: Count, without_them, doubt_burst, doubt_alternation,
        doubt_streak, doubt_outside_hours, doubt_hasty, doubt_no_pause, doubt_appeal, count_again, counted_again, comments, contact, comments_shown, sealed_comment, no_comments, no_comments_hint, reading,
        /// The browser did not take the file.
        export_failed,
        open_comments,
        open_comments_hint, open_comments_elsewhere, open, open_refused, open_altered, comment_altered,
    }

    InsightTexts {
        filters, period,
        /// In the order of `Span::NAMED`, then the days of one's own.
        periods: [&'static str; 7],
        from, to, point, no_point, survey, language, no_language, channel,
        /// In the order of `CHANNELS`.
        channels: [&'static str; 2],
        staff, any, doubts,
        /// Counted, left out, alone.
        doubts_choices: [&'static str; 3],
        remove, remove_all, none, none_hint, hidden, of_a_person,
        /// In the order of `Metric::ALL`: the name and the formula.
        metrics: [(&'static str, &'static str); 5],
        before, change, better, worse, unclear,
        /// The unit of a change and how its interval is made: of a share, and of anything else.
        change_by: [(&'static str, &'static str); 2],
        no_before, change_too_few, choose_period, headline_target, headline_met, headline_missed, headline_unclear,
        trend,
        /// By day, by week, by month.
        units: [&'static str; 3],
        good_share, good_share_head, centre, limits, hollow, broken, all_usual, trial, left_out: Count,
        /// In the order of `Rule`.
        rules: [&'static str; 6],
        rule_head, limits_head, day_head, mark, mark_none, mark_few, shows, heat, heat_note, hour_head,
        legend, bad_reasons, good_reasons, reasons_note, no_reasons, reason_head, cumulated_head, reason_bad, reason_good,
        items, items_note, item_head, target_head, target, met, missed, not_clear, points, languages, channels_title,
        staff_title, compare_note, shrunk_head, score_head, interval_head, too_few, too_few_interval, staff_hidden, taken,
        taken_said, offers, offers_note,
        /// Asked, answered, expired, withdrawn, open.
        offers_heads: [&'static str; 5],
        offers_unrated, behind, behind_shown,
    }

    ExportTexts {
        open, title, close,
        /// With how many ratings, and the period and filters.
        chosen, ratings: Count, format,
        /// In the order of `Format::ALL`: the name, and what it is good for.
        formats: [(&'static str, &'static str); 3],
        written_in, writings: [&'static str; 2], bom, warning, save, cancel, preparing, running,
        /// With the file's name and what is in it: to a place that was chosen, and as a download.
        saved, handed, rows: Count, events: Count, lost: Count, untraced, cancelled, not_taken, unreadable, died, nothing,
        too_many,
        /// In the order of `FIXED`: the heading, and what it means.
        columns: [(&'static str, &'static str); 27],
        item_means, question_means, others: (&'static str, &'static str), few,
        /// Complete, skipped, timed out.
        outcomes: [&'static str; 3],
        forms: [&'static str; 2],
        /// In the order of `Reason::ALL`.
        doubts: [&'static str; 7],
        import_channel, sheet, summary, about, period, filters, no_filters, formula, version, candor, device,
        exported_at, n, responses, responses_note, low, high, interval_note, definitions,
    }

    ImportTexts {
        title, hint, choose, reading,
        /// With the most megabytes.
        unreadable, empty, checking, columns, column_is, nothing,
        /// In the order of `Part::ALL`.
        parts: [&'static str; 10],
        survey, survey_hint, first_lines, lacks, ready: Count, refused: Count, more: Count, line, quotes_open, quotes_behind,
        fields, missing, time, future, level, no_survey, long, doubled, import: Count, discard, cancel, running,
        added: Count, known: Count, left_out: Count, stopped, words_left_out, sealed,
    }

    RemarksTexts {
        search, search_hint, score, any_score, sentiment, any_sentiment,
        /// Praise, not clear, complaint.
        sentiments: [&'static str; 3],
        theme, any_theme, themes, themes_hint, no_themes,
        /// In the order of `THEMES`.
        theme_names: [&'static str; 16],
        /// A theme that was found, with the word.
        found_name, found,
        /// Beside the count: the share, and the mean of the levels.
        share, score_of,
        change, no_change, no_before, choose_period, by_sentiment, arrange, arranging, name, name_hint, save_name, merge, merge_hint, merge_do, merged,
        split, pin, unpin, pinned, undo, undone, renamed, merged_done, split_done, pinned_done, unpinned_done,
        name_wrong, circle, too_many, changed_elsewhere, comments, shown, listed: Count, more, none, none_hint, nothing_written, nothing_written_hint, reading,
        sealed: Count, why, why_hint, why_none, speaks_good, speaks_bad, about, of_a_person,
    }

    SyncTexts {
        idle, idle_but, about, sending, waiting, paused, foreign, misconfigured, unknown, is_idle: Advice, is_idle_but: Advice, is_about: Advice,
        is_sending: Advice, is_waiting: Advice, is_busy: Advice, is_offline: Advice, is_portal: Advice, is_token: Advice,
        is_foreign: Advice, is_endpoint: Advice, is_no_endpoint: Advice, is_storage: Advice, is_unknown: Advice, now,
        asked, safe, endpoint, token, token_set, token_unset, balance, balance_note, quarantine, quarantine_note,
        quarantine_none, event, code, reason, reason_conflict, reason_too_large,
        /// With the status.
        reason_refused,
        reason_none, reason_unreadable, again, again_all, queued_again: Count, export_refused,
        exported_refused: Count, tablet, tablet_note, device, epoch, newest, hash,
    }

    HealthTexts {
        storage, used, quota, outlook, days: Count, too_early, years, formula, formula_n, too_early_note, short,
        unmeasured, promise, asking, given: Advice, withheld: Advice, refused: Advice, no_promise: Advice, ask,
        home_screen, home_screen_why, home_screen_how: [&'static str; 3], second, second_ok: Advice,
        second_unsupported: Advice, second_busy: Advice, second_failed: Advice, second_full: Advice,
        second_unknown: Advice, second_why, chain, chain_note, verify, verifying, whole: Count, faults: Count,
        unlisted: Count, pauses: Count, pruned: Count, comments, explained, explained_by, lost_before, explained_recovered: Count, receiver_has,
        receiver_may_lack, own_device, other_device, signed, place, findings, no_findings, wiped: Advice,
        wiped_unawares: Advice, cut: Advice, unusable: Advice, repaired: Advice, damaged: Advice, recovered: Advice, second_lost: Advice, second_damaged: Advice, chain_broken: Advice, rewritten: Advice,
        clock_fast: Advice, clock_slow: Advice, clock_right: Advice, clock_off: Advice, sealing_damaged: Advice,
        release_failed: Advice, other_finding: Advice, new, loss, loss_of_words, acknowledge, release,
    }

    SettingsTexts {
        /// What the row of buttons is that leads to the cards.
        contents,
        delivery, endpoint, endpoint_hint, endpoint_fault, token, token_set, token_unset, token_keep, token_remove,
        token_fault,
        /// Saving removes the token, since it belongs to the endpoint before.
        token_lost,
        kiosk, point, point_hint, point_example, point_fault, survey, survey_hint, languages, languages_hint,
        languages_fault, first, advanced, format,
        /// In the order of `Format::ALL`.
        formats: [&'static str; 4],
        format_hint, acknowledge,
        /// In the order of `Acknowledge::ALL`.
        acknowledgements: [&'static str; 2],
        receipt_hint, status_hint, privacy, mask, mask_hint, retention_days, retention_days_hint,
        retention_days_fault, counter, staff, staff_hint, staff_fault, programs, programs_hint, programs_fault, scanner,
        scanner_hint, appearance,
        /// In the order of `APPEARANCES`.
        appearances: [&'static str; 3],
        appearance_hint, low, low_hint, fullscreen, fullscreen_hint, sound, sound_hint, link, link_hint,
        link_fault, ask_staff,
        /// In the order of `ASKS`.
        asks: [&'static str; 3],
        ask_staff_hint, sign_in, sign_in_hint, show_staff, show_staff_hint, switches,
        /// In the order of `SWITCHES`.
        switch_ways: [&'static str; 4],
        switches_hint, scan,
        /// In the order of `SCAN_PACES`.
        scan_paces: [&'static str; 5],
        scan_hint, save, saving, saved, not_saved, see_faults, change_pin, change_pin_hint, old_pin,
        new_pin, new_pin_again, change, changed, old_refused,
    }

    AttractTexts {
        title, hint, pictures, pictures_hint, set, add, none, earlier, later, remove, unusable, too_large, too_many, cards,
        cards_hint, save, saving, saved,
        /// Of the cards, with its number and what is wrong.
        at,
        not_a_card, too_long, too_many_cards,
    }

    StaffTexts {
        title, hint, none, add, new, edit, earlier, later, remove, inactive, has_code, number, number_fault, number_twice,
        name, name_fault, points, points_hint, points_fault, photo, photo_remove, photo_unusable, code, code_hint, code_keep,
        code_remove, code_digits, code_guessable, active, cancel, take, import, import_hint, unreadable, csv_faults,
        csv_quote, csv_column, csv_active,
        /// A line, with its number and what is wrong.
        at,
        more_faults, added, changed, same, take_table, discard, too_many, undo, unsaved, save, saving, saved,
    }

    RosterTexts {
        title, hint, add, remove, shift, name, name_example, hours, days, survey, point, staff, attract, attract_example,
        as_set, save, saving, saved,
        /// A shift, with its number and what is wrong.
        at,
        name_fault, days_fault, hours_fault, end_before_begin, overlap, text_fault, too_many,
    }

    HoursTexts {
        title, hint, week_hint, weekdays: [&'static str; 7], days, days_hint, save, saving, saved,
        /// Of the calendar, with its number.
        line,
        /// What is wrong at a place.
        at,
        not_a_span, end_before_begin, overlap, not_a_date, to_before_from, same_day, unknown_weekday, no_plan,
        name_too_long, too_many, never_open, not_understood,
    }

    ProvisionTexts {
        title, hint, export,
        /// With the file's name.
        exported,
        not_taken, import, reading, unreadable, file_faults, more_faults, asked_title, asked_hint, asked_faults, host,
        own_server, other_server, setting, now, then, stays, yes, no, none, always_open, nothing, loses_token, take,
        discard, close, done, done_without_token, code_title, code_hint, code_point, code_show, code_hide, code_name,
        code_too_long, code_without_survey, code_without_hours,
    }

    InstallTexts {
        title, done, offered, by_hand, accepted, put,
    }

    PassphraseTexts {
        passphrase, again, short, differs, working, memory,
    }

    SealingTexts {
        title, off, on, damaged, is_off, is_on_own, is_on_other, is_damaged, make, make_hint, make_button, import,
        import_hint, import_label, import_button, key_form, key_name, key_weak, name, public_key, private_half, here,
        elsewhere, take, take_hint, turn_off, turn_off_sure, turn_off_hint, turn_off_do, keep, turned_on, turned_off,
        taken, not_taken,
    }

    BackupTexts {
        title, hint, write, counting, running, cancel, cancelled, done, untraced, unreadable: Count, not_taken,
        changed,
        /// In the order of `Texts` of the vault: none, clear, sealed, some.
        texts: [&'static str; 4],
    }

    RestoreTexts {
        title, hint, choose, none_chosen, passphrase, open, asks, restore, put_away, device, own_device, written,
        events, words,
        /// In the order of `Texts` of the vault: none, clear, sealed, some.
        words_are: [&'static str; 4],
        app, takes_records, takes_records_hint, own_token_hint, running, whole, cancelled, failed, nothing,
        added: Count, known: Count, contradicted: Count, refused: Count, pruned: Count, has_records, again, not_a_backup, version, front,
        wrong, damaged, cut, content, gone,
    }

    CasesTexts {
        hint, rating, open, overdue, appealed, closed,
        /// What cases are chosen by.
        filters, state, owner, department, period, any, nobody,
        /// In the order of `State::ALL`.
        states: [&'static str; 11],
        none, none_hint, shown, more, by_hand, due, was_due, no_rating, all_done, is_withdrawn, back, case_of,
        to_case, no_case, no_case_hint, open_case,
        /// In the order of `Step::ALL`.
        steps: [&'static str; 5],
        /// What is to be done, in the same order.
        tasks: [&'static str; 5],
        /// In the order of `StepResult::ALL`.
        results: [&'static str; 13],
        progress, needless, tries: Count, contact_left, contact_none, contact_unknown,
        next, other_step, only_note, note, note_hint, note_sealed_hint, by, by_hint, record, recording, recorded, choose_first,
        not_sealed, write_note,
        who, assign, appeal, appeal_hint,
        /// In the order of `Ground::ALL`.
        grounds: [&'static str; 2],
        make_appeal, is_pending, uphold, reject, was_upheld, was_rejected, taken_back, second, second_hint, second_by_ticket, second_named,
        second_none, second_day, second_choose, link, unlink, from_to, reopen, reopen_hint, history, history_empty,
        h_step, h_opened, h_owner, h_no_owner, h_department, h_no_department, h_noted, h_appealed, h_upheld, h_rejected, h_linked,
        h_unlinked, h_reopened, h_other, h_elsewhere, note_erased, rates, rates_hint,
        /// The name and the formula: called back, content, put right, put right in time.
        rate_names: [(&'static str, &'static str); 4],
        few, unknown: Count, withdrawn: Count,
        rules, rules_hint, levels, levels_hint, level_up_to, level_none, other_scales, limits, limits_hint,
        /// From when each step counts, in the order of `Step::ALL`.
        limits_from: [&'static str; 5],
        /// Working days, working hours, none.
        units: [&'static str; 3],
        working,
        /// In the order of `Working::ALL`.
        workings: [&'static str; 2],
        working_hint, routes, routes_hint, otherwise, save, saving, saved, fault_limit, fault_name, unit_of,
    }

    SurveysTexts {
        surveys, surveys_hint,
        /// With the title of the one in service.
        now,
        open_surveys, import, own, no_own, templates, templates_hint, in_service, in_service_version, was_in_service,
        never_in_service, unfinished, changed, edit, copy, copy_and_edit, export, remove, really_remove, working, unreadable,
        file_faults, replaced, renamed, not_taken, no_words, page_n, field_n, option_n, item_n, level_n, entry_n,
        /// Members of a survey's file, by name, and what they are to people.
        members: &'static [(&'static str, &'static str)],
        faults: Count, has_fault, even_out, parts, add_page, part_survey, part_first, part_items, part_last, after_level,
        /// In the order of `KINDS`.
        kinds: [&'static str; 7],
        title, promise, promise_hint, theme, themes: [&'static str; 8], metric,
        /// In the order of `Metric::ALL`.
        metrics: [&'static str; 5],
        languages, add_language, add_language_hint, translated, untranslated: Count, first_language, make_first,
        remove_named, up_named, down_named, question, hint, scale,
        /// In the order of `Scale::ALL`.
        scales: [&'static str; 7],
        scale_hint, levels, lowest, highest, bad, bad_hint, items_hint, add_item, item_text, target, target_hint, thanks,
        thanks_hint, times,
        /// What each is, and what it may be.
        timeouts: [(&'static str, &'static str); 4],
        these_pages, in_step_hint: Count, in_step: Count, add_field, page_title, shown_after, after_all, split, join,
        levels_hint, conditions, when_answer, any_answer, when_point, when_point_hint, when_channel, any_channel,
        channel_kiosk, channel_link, when_from, when_to, any_hour, label, placeholder, consent, message, add_option,
        required, required_hint, ask_items_hint, undo, redo, put_in_service, form,
        /// With the version and the time.
        came_into_service,
        refused, not_kept, edits_of_service, edits_of_former, edits_of_new, beside, preview, upright, from_start, waiting, enlarge,
        preview_behind, preview_hint,
    }

    AlertsTexts {
        title, unseen: Count, none, off, set_up, show, seen, all_seen, earlier, not_noted, bad: Advice, at_point,
        repeated: Advice, chart: Advice, target: Advice, overdue: Count, overdue_do, quarantined: Count, quarantined_do,
        undelivered: Count, undelivered_do, storage: Advice, rules, rules_hint, is_on, is_off, recommended, rule_bad,
        rule_bad_hint, rule_repeated, count, minutes, rule_repeated_hint, rule_chart, rule_chart_hint, rule_target,
        target_days, rule_target_hint, target_label, target_field_hint, rule_overdue, rule_overdue_hint, rule_unwell,
        rule_unwell_hint, quiet, quiet_hint, mark, mark_hint, save, saved, see_faults,
    }

    ImprovementsTexts {
        hint, add, none, none_hint, day, day_hint, note, note_example, aim, aim_good, aim_reason, aim_item, point,
        all_points, target, target_hint, before_days, after_days, windows_hint, card, card_hint, said, said_example, save,
        cancel, change, withdraw, withdraw_sure, not_saved, fault_day, fault_day_to_come, fault_note, fault_card,
        fault_target, fault_windows, fault_cards_full, before, after, no_answers, share, change_said, p, p_tiny,
        /// In the order of `Test`.
        tests: [&'static str; 2],
        formula, better, better_said, worse, worse_said, no_difference, no_difference_said, not_yet, not_yet_more: Count,
        not_yet_over: Count, too_few_before, target_said, met, missed, not_clear, on_attract,
    }

    TroubleTexts {
        again, full, broken, newer, untraced,
    }
}

/// A text that counts: for one, and for any other number.
#[derive(Debug)]
pub struct Count {
    /// For exactly one.
    pub one: &'static str,
    /// For the rest.
    pub other: &'static str,
}

impl Count {
    /// The text for `n`, written as `shown`.
    pub fn of(&self, n: u64, shown: &str) -> String {
        fill(if n == 1 { self.one } else { self.other }, &[shown])
    }
}

/// What is said and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means.
    pub meaning: &'static str,
    /// What to do; empty when nothing.
    pub action: &'static str,
}

/// Puts each of `parts` where its number stands, `{0}` for the first, else where the next `{}` does.
pub fn fill(pattern: &str, parts: &[&str]) -> String {
    let put = |text: String, (n, part): (usize, &&str)| match text.replacen(&format!("{{{n}}}"), part, 1) {
        numbered if numbered != text => numbered,
        _ => text.replacen("{}", part, 1),
    };
    parts.iter().enumerate().fold(pattern.to_owned(), put)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn fills_in_order_and_counts() {
        assert_eq!(fill("{}–{} %", &["82.7", "89.4"]), "82.7–89.4 %");
        assert_eq!(fill("{1} 个整天共 {0} 个", &["700", "7"]), "7 个整天共 700 个");
        let rows = Count { one: "{} row", other: "{} rows" };
        assert_eq!([rows.of(1, "1"), rows.of(1_284, "1,284")], ["1 row", "1,284 rows"]);
    }
}
