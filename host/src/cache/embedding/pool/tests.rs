//! Turns: never more users than items, in the order they came, and nothing lost whatever becomes of them.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::*;

const MANY: usize = 1_000;

/// What a future says when it is asked once.
fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn ready<T>(poll: Poll<T>) -> T {
    match poll {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn more_users_than_items_take_turns() {
    let pool = Pool::new(vec![0_usize, 0], MANY);
    let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let mut item = pool.take_blocking();
                    most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    *item += 1;
                    busy.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert!(most.into_inner() <= 2);
    assert_eq!(*pool.take_blocking() + *pool.take_blocking(), 8 * 200);
}

#[test]
fn who_came_first_is_served_first_and_who_left_is_passed_over() {
    let pool = Pool::new(vec!['a'], MANY);
    let item = pool.take_blocking();
    let mut left = Box::pin(pool.take(Urgency::Now));
    let (mut second, mut third) = (pin!(pool.take(Urgency::Now)), pin!(pool.take(Urgency::Now)));
    assert!(poll(left.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    assert!(poll(third.as_mut()).is_pending());
    drop(left);
    drop(item);
    assert!(poll(third.as_mut()).is_pending());
    let lease = ready(poll(second.as_mut())).expect("there is room");
    drop(lease);
    assert_eq!(*ready(poll(third.as_mut())).expect("there is room"), 'a');
}

#[test]
fn an_item_that_was_handed_to_somebody_who_left_is_not_lost() {
    let pool = Pool::new(vec!['a'], MANY);
    let item = pool.take_blocking();
    let mut left = Box::pin(pool.take(Urgency::Now));
    assert!(poll(left.as_mut()).is_pending());
    drop(item);
    drop(left);
    assert_eq!(*pool.take_blocking(), 'a');
}

#[test]
fn who_can_wait_has_every_eighth_turn() {
    let pool = Pool::new(vec![()], MANY);
    let mut lease = Some(pool.take_blocking());
    let mut later = Box::pin(pool.take(Urgency::Later));
    assert!(poll(later.as_mut()).is_pending());
    let mut turns = 0;
    loop {
        let mut now = Box::pin(pool.take(Urgency::Now));
        assert!(poll(now.as_mut()).is_pending());
        lease.take();
        if let Poll::Ready(served) = poll(later.as_mut()) {
            assert_eq!((turns, served.is_ok()), (TURNS_WITH_ONE_FOR_LATER - 1, true));
            return;
        }
        turns += 1;
        lease = Some(ready(poll(now.as_mut())).expect("there is room"));
    }
}

#[test]
fn the_queue_is_bounded_and_those_who_left_take_no_room() {
    let pool = Pool::new(vec![()], 1);
    let item = pool.take_blocking();
    let mut waits = Box::pin(pool.take(Urgency::Now));
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(pool.waiting(), 1);
    assert!(ready(poll(pin!(pool.take(Urgency::Now)))).is_err());
    drop(waits);
    let mut waits = Box::pin(pool.take(Urgency::Now));
    assert!(poll(waits.as_mut()).is_pending());
    drop(item);
    assert!(ready(poll(waits.as_mut())).is_ok());
}

#[test]
fn a_panic_gives_the_item_back() {
    let pool = Pool::new(vec![7], MANY);
    let panicked = thread::scope(|scope| {
        scope
            .spawn(|| {
                let _lease = pool.take_blocking();
                panic!("in the middle of it");
            })
            .join()
    });
    assert!(panicked.is_err());
    assert_eq!(*pool.take_blocking(), 7);
}
