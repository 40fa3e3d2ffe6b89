//! Bytes that are kept as far as there is room.

/// The beginning of a body, and how long it was.
#[derive(Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    total: u64,
}

/// How many bytes all bodies of a recording may still take.
pub(super) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(ALL)
    }
}

impl Room {
    /// Takes so much of it; false where there isn't so much, and then nothing is taken.
    pub(super) const fn take(&mut self, bytes: usize) -> bool {
        let is_there = self.0 >= bytes;
        if is_there {
            self.0 -= bytes;
        }
        is_there
    }
}

impl Kept {
    /// Adds a piece, as far as there is room.
    pub(super) fn add(&mut self, piece: &[u8], room: &mut Room) {
        // What follows a gap would make no sense.
        if !self.is_cut() {
            let most = room.0.min(EACH.saturating_sub(self.bytes.len())).min(piece.len());
            self.bytes
                .extend_from_slice(piece.get(..most).unwrap_or_default());
            room.0 -= most;
        }
        self.total += piece.len() as u64;
    }

    /// Forgets everything: the body begins again.
    pub(super) fn clear(&mut self, room: &mut Room) {
        room.0 += self.bytes.len();
        *self = Self::default();
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// Whether there was more than what is kept.
    pub(super) const fn is_cut(&self) -> bool {
        self.bytes.len() as u64 != self.total
    }
}

/// Room for one body.
const EACH: usize = 16 << 20;
/// Room for all bodies; base64 and the file's own text take about as much again.
const ALL: usize = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_up_to_its_limit() {
        let (mut kept, mut room) = (Kept::default(), Room::default());
        let piece = vec![0; 1 << 20];

        for _ in 0..20 {
            kept.add(&piece, &mut room);
        }

        assert_eq!((kept.bytes().len(), kept.total()), (EACH, 20 << 20));
        assert!(kept.is_cut());
    }

    #[test]
    fn all_bodies_together_have_a_limit_too() {
        let mut room = Room(10);
        let (mut one, mut other) = (Kept::default(), Kept::default());

        one.add(&[0; 8], &mut room);
        other.add(&[0; 8], &mut room);
        other.add(&[0; 1], &mut room);
        assert_eq!((one.is_cut(), other.bytes().len(), other.total()), (false, 2, 9));

        one.clear(&mut room);
        let mut third = Kept::default();
        third.add(&[0; 8], &mut room);
        assert!(!third.is_cut());
    }
}
