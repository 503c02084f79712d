//! What a collector's store says beside its events: a head for each epoch, the devices, the count of its rows. The store
//! lies in the hands of whoever may have altered it, so none of this vouches; it can only contradict.

use super::{Fault, Finding, Verifier, Witness};
use crate::time::{UnixMillis, parse_rfc3339};
use crate::witness::SignedHead;

impl Verifier<'_> {
    /// Makes known what a collector's store keeps as its newest signed head of an epoch, and when the store last wrote of
    /// that epoch. Both are written in one transaction, so the head can be neither unreadable nor another's nor older.
    pub fn expect_stored_head(&mut self, device: &str, epoch: u32, json: &str, written: Option<UnixMillis>) {
        let head = serde_json::from_str(json).ok().and_then(|value| SignedHead::read(&value));
        let Some(head) = head.filter(|head| head.device == device && head.epoch == epoch) else {
            let (fault, device) = (Fault::BadSignature, device.to_owned());
            return self.found(Finding { fault, line: None, device, epoch, seq: 0, time: String::new() });
        };
        self.expect(&head);
        if written > parse_rfc3339(&head.time) {
            let SignedHead { device, epoch, seq, time, .. } = head;
            self.found(Finding { fault: Fault::HeadExchanged, line: None, device, epoch, seq, time });
        }
    }

    /// Makes known that a store has a device of which it keeps neither an epoch nor an event. A device is entered with its
    /// first event.
    pub fn lacks(&mut self, device: &str) {
        let (fault, device) = (Fault::DeviceRemoved, device.to_owned());
        self.found(Finding { fault, line: None, device, epoch: 0, seq: 0, time: String::new() });
    }

    /// Makes known how many rows a store has and how many it has ever written, where it numbers them without gaps;
    /// `first_missing` is the lowest number that is not there.
    pub fn count_rows(&mut self, have: u64, said: u64, first_missing: u64) {
        if have != said {
            let (fault, device) = (Fault::CountDiffers { have, said, by: Witness::Counter }, String::new());
            let line = (have < said).then_some(first_missing);
            self.found(Finding { fault, line, device, epoch: 0, seq: 0, time: String::new() });
        }
    }

    /// Makes known a name that may send to a store and of which nothing is in it. No finding.
    pub fn note_silent(&mut self, name: &str) {
        self.report.silent.push(name.to_owned());
    }
}
