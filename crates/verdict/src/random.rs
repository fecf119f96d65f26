//! Random numbers from a seed, the same on every machine and in every version: Monte-Carlo intervals are stored, and
//! must come out alike when reckoned again. That promise is why the generator is written out here.

/// A generator (xoshiro256++, seeded by splitmix64).
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// The generator of this seed.
    pub fn seeded(seed: u64) -> Self {
        let mut splitmix = seed;
        let state = std::array::from_fn(|_| {
            splitmix = splitmix.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (splitmix ^ (splitmix >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Self { state }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number from 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Whether something of this chance happens.
    pub fn chance(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// A whole number below `end`, which is at least 1.
    pub fn below(&mut self, end: u32) -> u32 {
        // The bias is below 2^-32.
        (((self.bits() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// Standard normal (polar method).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// Gamma of this shape and scale 1 (Marsaglia and Tsang).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = (1.0 - self.unit()).powf(1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Beta(a, b).
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        // Both underflow for tiny shapes; all the mass is at the ends then.
        if x + y > 0.0 { x / (x + y) } else { f64::from(u8::from(self.chance(a / (a + b)))) }
    }

    /// How many of `trials` things of this chance happen; exact (median splitting by Beta variates).
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn binomial(&mut self, trials: u64, chance: f64) -> u64 {
        let (mut trials, mut chance, mut happened) = (trials, chance.clamp(0.0, 1.0), 0);
        while trials > 16 {
            let middle = trials / 2 + 1;
            let split = self.beta(middle as f64, (trials + 1 - middle) as f64);
            if split <= chance {
                happened += middle;
                trials -= middle;
                chance = ((chance - split) / (1.0 - split)).clamp(0.0, 1.0);
            } else {
                trials = middle - 1;
                chance = (chance / split).clamp(0.0, 1.0);
            }
        }
        happened + (0..trials).map(|_| u64::from(self.chance(chance))).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_variance(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let draws: Vec<f64> = (0..40_000).map(|_| draw()).collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        (mean, draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0)
    }

    #[test]
    fn the_stream_of_a_seed_never_changes() {
        let mut random = Random::seeded(0);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(first, [5_987_356_902_031_041_503, 7_051_070_477_665_621_255, 6_633_766_593_972_829_180]);
    }

    #[test]
    fn beta_variates_have_the_moments_of_their_distribution() {
        let mut random = Random::seeded(7);
        for (a, b) in [(0.5, 4.5), (50.0, 0.5), (3.0, 7.0)] {
            let (mean, variance) = mean_and_variance(|| random.beta(a, b));
            let expected: f64 = a / (a + b);
            let spread = expected * (1.0 - expected) / (a + b + 1.0);
            assert!((mean - expected).abs() < 4.0 * (spread / 40_000.0).sqrt(), "{a} {b}: {mean}");
            assert!((variance / spread - 1.0).abs() < 0.1, "{a} {b}: {variance}");
        }
    }

    #[test]
    fn binomial_variates_have_the_moments_of_their_distribution() {
        let mut random = Random::seeded(8);
        for (trials, chance) in [(10, 0.3), (1000, 0.05), (500, 0.9)] {
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            let (mean, variance) = mean_and_variance(|| random.binomial(trials, chance) as f64);
            let trials = f64::from(u32::try_from(trials).unwrap());
            let spread = trials * chance * (1.0 - chance);
            assert!((mean - trials * chance).abs() < 4.0 * (spread / 40_000.0).sqrt(), "{trials} {chance}: {mean}");
            assert!((variance / spread - 1.0).abs() < 0.1, "{trials} {chance}: {variance}");
        }
    }
}
