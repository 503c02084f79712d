//! The rates of the government's 好差评 (good and bad ratings), each a share with its Wilson interval.
//!
//! The rule for them: 《国务院办公厅关于建立政务服务“好差评”制度提高政务服务水平的意见》(国办发〔2019〕51号), which has the
//! five levels, of which the two lowest are bad, and wants bad ratings called back, put right and answered. For the rates
//! of that work it gives no formula: those here are the plain reading, and stand beside each figure.

use super::{Share, wilson};
use crate::event::Rating;
use crate::results::Summary;

/// 好评率: ratings that are not bad / all ratings. Of the five levels: (非常满意 + 满意 + 基本满意) / all.
pub fn good_rate(summary: &Summary, bad: &[Rating]) -> Option<Share> {
    summary.share_of(summary.scale.levels().filter(|rating| !bad.contains(rating)))
}

/// 差评率: bad ratings / all ratings, what [`good_rate`] leaves over.
pub fn bad_rate(summary: &Summary, bad: &[Rating]) -> Option<Share> {
    summary.share_of(summary.scale.levels().filter(|rating| bad.contains(rating)))
}

/// 回访率: bad ratings whose customer was called back / bad ratings that can be called back, since a contact was left.
pub fn called_back_rate(called_back: u64, reachable: u64) -> Option<Share> {
    wilson(called_back, reachable)
}

/// 整改率: bad ratings whose cause was put right / bad ratings that were verified.
pub fn fixed_rate(fixed: u64, verified: u64) -> Option<Share> {
    wilson(fixed, verified)
}

/// 按时整改率: bad ratings put right within the limit / verified bad ratings whose limit is over or that were put right.
/// Whoever is still within the limit is in neither number.
pub fn fixed_in_time_rate(in_time: u64, due: u64) -> Option<Share> {
    wilson(in_time, due)
}

/// 回访满意率: customers who were content when they were called back / customers who were called back and answered.
pub fn satisfied_on_call_back_rate(satisfied: u64, answered: u64) -> Option<Share> {
    wilson(satisfied, answered)
}

/// 未评率: offers that nobody answered / offers made, by the ledger of offers.
pub fn unrated_rate(unanswered: u64, offers: u64) -> Option<Share> {
    wilson(unanswered, offers)
}
