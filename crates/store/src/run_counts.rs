//! A number of runs for each of many tests, in a few bitmaps.

use crate::{StoreError, TestSet, bitmap};

/// Bits of a number: runs beyond what they hold change nothing any more.
const BITS: usize = 16;

/// How often each test ran. Counting a run of thousands of tests touches a few compressed bitmaps: the one at place i
/// holds the tests whose number has bit i set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunCounts {
    planes: Vec<TestSet>,
}

impl RunCounts {
    /// The number of a test.
    pub fn get(&self, test: u32) -> u32 {
        self.planes.iter().rev().fold(0, |number, plane| 2 * number + u32::from(plane.contains(test)))
    }

    /// The tests that ran at all.
    pub fn tests(&self) -> TestSet {
        self.planes.iter().fold(TestSet::new(), |tests, plane| tests | plane)
    }

    /// Counts one more run of each of these.
    pub fn add(&mut self, tests: TestSet) {
        let mut carry = tests;
        let mut bit = 0;
        while !carry.is_empty() && bit < BITS {
            if bit == self.planes.len() {
                self.planes.push(TestSet::new());
            }
            let plane = &mut self.planes[bit];
            let on = &*plane & &carry;
            *plane ^= carry;
            carry = on;
            bit += 1;
        }
        // What overflows stays at the largest number.
        self.planes.iter_mut().for_each(|plane| *plane |= &carry);
    }

    /// Takes a test out, and returns its number.
    pub fn remove(&mut self, test: u32) -> u32 {
        let number = self.get(test);
        for plane in &mut self.planes {
            plane.remove(test);
        }
        number
    }

    /// Leaves a quarter of the numbers of these, rounded down.
    pub fn quarter(&mut self, tests: &TestSet) {
        for place in 0..self.planes.len() {
            let above = self.planes.get(place + 2).map_or_else(TestSet::new, |plane| plane & tests);
            self.planes[place] -= tests;
            self.planes[place] |= above;
        }
    }

    pub(crate) fn from_planes(planes: &[Vec<u8>]) -> Result<Self, StoreError> {
        let read = |bytes: &Vec<u8>| bitmap::from_bytes("test_histories.planes", bytes);
        Ok(Self { planes: planes.iter().map(read).collect::<Result<_, _>>()? })
    }

    pub(crate) fn to_planes(&self) -> Vec<Vec<u8>> {
        let planes = self.planes.iter().cloned();
        planes
            .map(|mut plane| {
                plane.optimize();
                bitmap::to_bytes(&plane)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[u32]) -> RunCounts {
        let mut counts = RunCounts::default();
        for run in 0..numbers.iter().copied().max().unwrap_or(0) {
            counts.add((0..).zip(numbers).filter(|(_, number)| run < **number).map(|(test, _)| test).collect());
        }
        counts
    }

    #[test]
    fn every_test_has_its_own_number() {
        let numbers: Vec<u32> = (0..300).collect();
        let counts = of(&numbers);
        assert_eq!(numbers.iter().map(|test| counts.get(*test)).collect::<Vec<_>>(), numbers);
        assert_eq!((counts.tests().len(), counts.get(7000)), (299, 0));
    }

    #[test]
    fn a_test_is_taken_out_with_its_number_and_the_others_stay() {
        let mut counts = of(&[5, 6, 7]);
        assert_eq!((counts.remove(1), counts.get(0), counts.get(1), counts.get(2)), (6, 5, 0, 7));
    }

    #[test]
    fn a_quarter_is_what_remains() {
        let numbers: Vec<u32> = (0..70).collect();
        let mut counts = of(&numbers);
        counts.quarter(&numbers.iter().copied().filter(|test| test % 2 == 0).collect());
        let expected = |test: &u32| if test.is_multiple_of(2) { test / 4 } else { *test };
        assert!(numbers.iter().all(|test| counts.get(*test) == expected(test)));
    }

    #[test]
    fn numbers_stay_at_the_largest() {
        let mut counts = RunCounts { planes: vec![TestSet::from_iter([3]); BITS] };
        let largest = counts.get(3);
        counts.add(TestSet::from_iter([3, 4]));
        assert_eq!((counts.get(3), counts.get(4), counts.planes.len()), (largest, 1, BITS));
    }

    #[test]
    fn counts_read_back_and_thousands_of_tests_take_little_room() {
        let mut counts = RunCounts::default();
        (0..25).for_each(|_| counts.add((0..5000).collect()));
        let planes = counts.to_planes();
        assert_eq!(RunCounts::from_planes(&planes).unwrap(), counts);
        assert!(planes.iter().map(Vec::len).sum::<usize>() < 200, "{planes:?}");
    }
}
