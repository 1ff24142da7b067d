//! What is delivered, cut to what a target takes in one call.

use super::delivery::Parcel;
use super::position::Position;

/// What goes in one call, with the position that each parcel leads to.
pub(super) struct Delivery {
    pub parcels: Vec<Parcel>,
    pub ends: Vec<Position>,
}

impl Delivery {
    /// Two deliveries, each of half of what is left.
    pub fn halved(mut self) -> Vec<Self> {
        let later = self.parcels.split_off(self.parcels.len() / 2);
        let from = later.first().map_or(u64::MAX, |parcel| parcel.number);
        let (earlier_ends, later_ends) = self.ends.into_iter().partition(|end| end.number < from);
        vec![Self { parcels: self.parcels, ends: earlier_ends }, Self { parcels: later, ends: later_ends }]
    }
}

/// Deliveries of at most so many events and bytes, in order.
pub(super) fn cut(parcels: Vec<(Parcel, Position)>, events_max: usize, bytes_max: usize) -> Vec<Delivery> {
    let mut deliveries: Vec<Delivery> = Vec::new();
    // What surrounds an event in the calls of both services is shorter than this.
    let weight = |parcel: &Parcel| parcel.line.len().saturating_add(400);
    let mut bytes = 0_usize;
    for (parcel, end) in parcels {
        let weighs = weight(&parcel);
        match deliveries.last_mut() {
            Some(last) if last.parcels.len() < events_max && bytes.saturating_add(weighs) <= bytes_max => {
                bytes = bytes.saturating_add(weighs);
                last.parcels.push(parcel);
                last.ends.push(end);
            }
            _ => {
                bytes = weighs;
                deliveries.push(Delivery { parcels: vec![parcel], ends: vec![end] });
            }
        }
    }
    deliveries
}
