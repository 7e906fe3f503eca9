//! How many groups of lanes run at once, whoever asked for them, and the memory they run in.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::OutOfMemory;
use crate::scratch::Scratch;

/// A fixed number of slots, each with room for one group of lanes at a time.
///
/// Slots go to whoever came first until that one has enough of them: finishing one derivation after
/// the other takes as long as running all side by side, and most of them are done earlier. A group
/// that needs the memory of several slots takes several; none that came later passes it.
///
/// A slot keeps its memory, wiped, for the next group, until nobody uses the pool any more.
pub(crate) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
    slots: usize,
    slot_memory: usize,
}

struct State {
    /// The memory of each slot that is free.
    free: Vec<Option<Scratch>>,
    /// Those who wait for a slot.
    waiting: BTreeSet<u64>,
    next_ticket: u64,
    users: usize,
}

impl Pool {
    /// So many slots, with so many bytes each.
    pub(crate) fn new(slots: usize, slot_memory: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free: (0..slots).map(|_| None).collect(),
                waiting: BTreeSet::new(),
                next_ticket: 0,
                users: 0,
            }),
            changed: Condvar::new(),
            slots,
            slot_memory,
        }
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> usize {
        self.slots
    }

    /// How many bytes one slot is meant for.
    pub(crate) fn slot_memory(&self) -> usize {
        self.slot_memory
    }

    /// Takes a place in the queue.
    pub(crate) fn enter(&self) -> Visit<'_> {
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.users += 1;
        Visit { pool: self, ticket }
    }

    /// The state is sound whatever a thread that held the lock did: no code in between can fail.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the memory of all slots is zero, and how many of them have any.
    #[cfg(test)]
    pub(crate) fn idle_memory(&self) -> (bool, usize) {
        let mut state = self.lock();
        let mut memory: Vec<_> = state.free.iter_mut().flatten().collect();
        let zero = memory.iter_mut().all(|scratch| scratch.is_zero());
        (zero, memory.len())
    }
}

/// A place in the queue for slots.
pub(crate) struct Visit<'a> {
    pool: &'a Pool,
    ticket: u64,
}

impl<'a> Visit<'a> {
    /// Waits for memory for `bytes`, which is one slot or as many as that takes; `None` once
    /// `enough` says that no more is wanted (it is asked whenever a slot was given back).
    pub(crate) fn permit(&self, bytes: usize, enough: impl Fn() -> bool) -> Option<Permit<'a>> {
        let pool = self.pool;
        let weight = bytes.div_ceil(pool.slot_memory).clamp(1, pool.slots);
        let mut state = pool.lock();
        state.waiting.insert(self.ticket);
        loop {
            let wanted = !enough();
            let first = state.waiting.first() == Some(&self.ticket);
            if !wanted || (first && state.free.len() >= weight) {
                state.waiting.remove(&self.ticket);
                pool.changed.notify_all();
                if !wanted {
                    return None;
                }
                let rest = state.free.len() - weight;
                let mut scratch: Vec<_> = state.free.drain(rest..).collect();
                drop(state);
                // Slots with memory are last in the list. More than one piece is of no use.
                let scratch = scratch.pop().flatten();
                return Some(Permit { pool, weight, scratch });
            }
            state = pool.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.users -= 1;
        let unused: Vec<_> = match state.users {
            0 => state.free.iter_mut().filter_map(Option::take).collect(),
            _ => Vec::new(),
        };
        // Unmapping takes a while, and needs no lock.
        drop(state);
        drop(unused);
    }
}

/// One slot or more, until dropped.
pub(crate) struct Permit<'a> {
    pool: &'a Pool,
    weight: usize,
    scratch: Option<Scratch>,
}

impl Permit<'_> {
    /// Sees to it that there are at least `bytes` of scratch memory.
    pub(crate) fn reserve(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if self.scratch.as_ref().is_none_or(|have| have.len() < bytes) {
            // What there is goes first, so that there are never both.
            self.scratch = None;
            self.scratch = Some(Scratch::mapped(bytes)?);
        }
        Ok(())
    }

    /// What was reserved.
    pub(crate) fn scratch(&mut self) -> Result<&mut Scratch, OutOfMemory> {
        self.scratch.as_mut().ok_or(OutOfMemory)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut kept = self.scratch.take();
        match &mut kept {
            Some(scratch) if self.weight == 1 => scratch.wipe(),
            // Several slots' worth is more than one slot may keep.
            _ => kept = None,
        }
        let mut state = self.pool.lock();
        for _ in 1..self.weight {
            state.free.insert(0, None);
        }
        match kept {
            Some(_) => state.free.push(kept),
            None => state.free.insert(0, None),
        }
        self.pool.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Waits until the pool is as `done` says.
    fn until(pool: &Pool, done: impl Fn(&State) -> bool) {
        while !done(&pool.lock()) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn no_more_at_once_than_there_are_slots() {
        let pool = Pool::new(3, 4096);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for user in 0..16 {
                let (pool, now, most) = (&pool, &now, &most);
                scope.spawn(move || {
                    let visit = pool.enter();
                    for _ in 0..8 {
                        let bytes = if user % 4 == 0 { 3 * 4096 } else { 4096 };
                        let mut permit = visit.permit(bytes, || false).unwrap();
                        let held = now.fetch_add(permit.weight, Ordering::SeqCst) + permit.weight;
                        most.fetch_max(held, Ordering::SeqCst);
                        permit.reserve(bytes).unwrap();
                        permit.scratch().unwrap().view::<crate::scratch::Line>(1).unwrap()[0].0[3] = 7;
                        thread::sleep(Duration::from_micros(100));
                        now.fetch_sub(permit.weight, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 3);
        assert_eq!(pool.lock().free.len(), 3);
        assert_eq!(pool.idle_memory(), (true, 0));
    }

    #[test]
    fn first_come_first_served_and_none_passes_a_large_one() {
        let pool = Pool::new(2, 4096);
        let order = Mutex::new(Vec::new());
        let first = pool.enter();
        let held = first.permit(1, || false).unwrap();
        thread::scope(|scope| {
            for (user, bytes) in [(0, 8192), (1, 1), (2, 1)] {
                let visit = pool.enter();
                let order = &order;
                scope.spawn(move || {
                    let _permit = visit.permit(bytes, || false).unwrap();
                    order.lock().unwrap().push(user);
                    // Held for a while, so that the next is recorded after this one.
                    thread::sleep(Duration::from_millis(if bytes == 8192 { 20 } else { 0 }));
                });
                until(&pool, |state| state.waiting.len() > user);
            }
            // One slot is free, and yet nobody may have it before the one who wants both.
            thread::sleep(Duration::from_millis(20));
            assert!(order.lock().unwrap().is_empty());
            drop(held);
        });
        assert_eq!(order.into_inner().unwrap()[0], 0);
    }

    #[test]
    fn waiting_ends_when_there_is_enough() {
        let pool = Pool::new(1, 4096);
        let (first, second) = (pool.enter(), pool.enter());
        let held = first.permit(1, || false).unwrap();
        assert!(second.permit(1, || true).is_none());
        assert!(pool.lock().waiting.is_empty());
        drop(held);
        assert!(second.permit(1, || false).is_some());
    }

    #[test]
    fn memory_is_kept_wiped_until_the_last_leaves() {
        let pool = Pool::new(2, 1 << 22);
        let (first, second) = (pool.enter(), pool.enter());
        let mut permit = first.permit(1 << 22, || false).unwrap();
        permit.reserve(1 << 22).unwrap();
        let scratch = permit.scratch().unwrap();
        let lines = scratch.len() / 64;
        for line in scratch.view::<crate::scratch::Line>(lines).unwrap() {
            line.0 = [u32::MAX; 16];
        }
        assert!(!scratch.is_zero());
        let at = scratch.view::<crate::scratch::Line>(1).unwrap().as_ptr();
        drop(permit);
        drop(first);
        assert_eq!(pool.idle_memory(), (true, 1));
        let mut permit = second.permit(1 << 22, || false).unwrap();
        permit.reserve(1 << 22).unwrap();
        let scratch = permit.scratch().unwrap();
        assert_eq!(at, scratch.view::<crate::scratch::Line>(1).unwrap().as_ptr());
        drop(permit);
        drop(second);
        assert_eq!(pool.idle_memory(), (true, 0));
    }
}
