#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include <cmath>
#include <cstdio>
#include <random>
#include "../support/fake_board.h"

using namespace sf;

namespace {

const double MA_PER_COUNT = 5000.0 / 1024 * 30;  // 30 A : 1 V under 5 V

/** A second of samples as a real converter makes them: bias, noise, a phase of its own, whole counts. */
Window sampled(double amps, std::mt19937& dice, double hertz = 50, double noise = 0.5, double bias = 506) {
  std::normal_distribution<double> jitter(0, noise);
  Window w;
  w.clear();
  const double peak = amps * 1000 / MA_PER_COUNT * std::sqrt(2.0);
  const double phase = std::uniform_real_distribution<double>(0, 6.283)(dice);
  for (int i = 0; i < 4000; i++) {
    const double v = bias + peak * std::sin(2 * M_PI * hertz * i / 4000.0 + phase) + (noise > 0 ? jitter(dice) : 0);
    w.add(static_cast<uint16_t>(std::min(1023.0, std::max(0.0, std::floor(v + 0.5)))));
  }
  return w;
}

double mean_error(double amps, const CtScale& scale, std::mt19937& dice, double hertz) {
  double sum = 0;
  for (int i = 0; i < 20; i++) sum += ct_read(sampled(amps, dice, hertz), scale).ma;
  return (sum / 20 / (amps * 1000) - 1) * 100;
}

}  // namespace

TEST_CASE("a current is measured within 0.5 % from 3 % of the CT's range up, within 2 % from 1 %") {
  std::mt19937 dice(1);
  double zero = 0;
  CtScale scale = ct_scale(30, 1000, 10000, 83, 65536);
  for (int i = 0; i < 10; i++) zero += ct_read(sampled(0, dice), scale).noise_e3 / 10.0;
  scale.zero_e3 = static_cast<uint32_t>(zero);
  std::printf("noise with nothing clamped %.3f counts^2\n   A      %%range  error %% at 50.0 Hz   49.8 Hz   50.2 Hz\n", zero / 1000);
  for (double amps : {0.3, 0.45, 0.6, 0.9, 1.5, 3.0, 6.0, 12.0, 20.0, 30.0}) {
    const double most = amps < 0.9 ? 2.0 : 0.5;
    double errors[3];
    int n = 0;
    for (double hertz : {50.0, 49.8, 50.2}) {
      errors[n] = mean_error(amps, scale, dice, hertz);
      CHECK_MESSAGE(std::abs(errors[n]) <= most, amps << " A at " << hertz << " Hz: " << errors[n] << " %");
      n++;
    }
    std::printf("%6.2f  %6.1f       %+7.3f        %+7.3f   %+7.3f\n", amps, amps / 0.3, errors[0], errors[1], errors[2]);
  }
}

TEST_CASE("a single window, too, is within the limits") {
  std::mt19937 dice(2);
  const CtScale scale = ct_scale(30, 1000, 10000, 333, 65536);
  for (double amps : {0.9, 3.0, 30.0})
    for (int i = 0; i < 50; i++) {
      const double error = (ct_read(sampled(amps, dice), scale).ma / (amps * 1000) - 1) * 100;
      CHECK_MESSAGE(std::abs(error) <= 0.5, amps << " A: " << error << " %");
    }
}

TEST_CASE("nothing clamped reads 0, whatever the noise the zero was calibrated with") {
  std::mt19937 dice(3);
  for (double noise : {0.0, 0.1, 0.3, 0.5, 1.0, 3.0}) {
    const CtScale before = ct_scale(30, 1000, 10000, 83, 65536);
    double zero = 0;
    for (int i = 0; i < 10; i++) zero += ct_read(sampled(0, dice, 50, noise), before).noise_e3 / 10.0;
    const CtScale scale = ct_scale(30, 1000, 10000, static_cast<uint32_t>(zero), 65536);
    for (int i = 0; i < 100; i++) CHECK(ct_read(sampled(0, dice, 50, noise), scale).ma == 0);
  }
}

TEST_CASE("unplugged, broken bias and clipping are told apart from a sound channel") {
  std::mt19937 dice(4);
  const CtScale scale = ct_scale(30, 1000, 10000, 83, 65536);
  CHECK(ct_read(sampled(5, dice), scale).fault == SOUND);
  CHECK(ct_read(sampled(0, dice), scale).fault == SOUND);
  CHECK(ct_read(sampled(0, dice, 50, 0.5, 2), scale).fault == UNPLUGGED);
  CHECK(ct_read(sampled(3, dice, 50, 0.5, 300), scale).fault == BIAS_OFF);
  CHECK(ct_read(sampled(3, dice, 50, 0.5, 700), scale).fault == BIAS_OFF);
  CHECK(ct_read(sampled(0, dice, 50, 0.5, 1023), scale).fault == BIAS_OFF);
  CHECK(ct_read(sampled(60, dice), scale).fault == CLIPPING);
  CHECK(ct_read(sampled(49, dice), scale).fault == SOUND);
  Window none;
  none.clear();
  CHECK(ct_read(none, scale).fault == UNPLUGGED);
}

TEST_CASE("the sums hold the largest signal without overflow") {
  Window w;
  w.clear();
  for (int i = 0; i < 4000; i++) w.add(i & 1 ? 1023 : 0);
  const CtReading r = ct_read(w, ct_scale(30, 1000, 10000, 83, 65536));
  CHECK(r.raw_q12 / 4096.0 == doctest::Approx(511.5).epsilon(0.0001));
}

TEST_CASE("the mains frequency is counted whatever the bias") {
  std::mt19937 dice(5);
  for (double bias : {480.0, 512.0, 540.0}) {
    Window before = sampled(5, dice, 50, 0.5, bias), w;
    w.begin_after(before);
    const double peak = 50;
    for (int i = 0; i < 4000; i++) w.add(static_cast<uint16_t>(bias + peak * std::sin(2 * M_PI * 50 * i / 4000.0)));
    CHECK(w.rises >= 49);
    CHECK(w.rises <= 51);
  }
}

TEST_CASE("a fault is shown after three windows and gone after three") {
  FaultFilter f;
  CHECK(!f.see(UNPLUGGED));
  CHECK(!f.see(UNPLUGGED));
  CHECK(f.see(UNPLUGGED));
  CHECK(f.shown() == UNPLUGGED);
  CHECK(!f.see(SOUND));
  CHECK(!f.see(UNPLUGGED));
  CHECK(!f.see(SOUND));
  CHECK(!f.see(SOUND));
  CHECK(f.see(SOUND));
}

TEST_CASE("square roots are exact") {
  for (uint64_t v : {0ull, 1ull, 3ull, 4ull, 99ull, 100ull, 0xFFFFFFFFull, 0x100000000ull, 4398046511104ull}) {
    const uint64_t r = square_root(v);
    CHECK(r * r <= v);
    CHECK((r + 1) * (r + 1) > v);
  }
}

TEST_CASE("the supply's fall since calibration is taken out") {
  // 5.0 V at calibration (225.28 counts), 4.75 V now: the same current makes 1024/972.8 of the counts.
  Settings s;
  default_settings(s);
  s.channels[0].bandgap_q8 = 225 * 256 + 72;
  Meter meter;
  meter.configure(s);
  Sampled sampled_now = {};
  const double counts = 10000 / MA_PER_COUNT * 5.0 / 4.75;
  fill_window(sampled_now.channels[0], counts);
  fill_window(sampled_now.channels[1], 0);
  sampled_now.bandgap = 237;
  Millis now = 0;
  for (int i = 0; i < 60; i++) meter.take(sampled_now, now += 1000);
  CHECK(std::abs(static_cast<int>(meter.reading(0).ma) - 10000) <= 30);
  CHECK(meter.supply_mv() == doctest::Approx(4752).epsilon(0.002));
}

TEST_CASE("a house without production CT produces 0; a faulty channel has no watts at all") {
  Settings s;
  default_settings(s);
  s.channels[0].fitted = false;
  Meter meter;
  meter.configure(s);
  Sampled now = {};
  fill_window(now.channels[0], 0, 0);
  fill_window(now.channels[1], 68.27);
  meter.take(now, 1000);
  REQUIRE(meter.production_w());
  CHECK(*meter.production_w() == 0);
  REQUIRE(meter.consumption_w());
  CHECK(*meter.consumption_w() == doctest::Approx(2300).epsilon(0.002));
  fill_window(now.channels[1], 0, 0);
  meter.take(now, 2000);
  CHECK(meter.consumption_w() == nullptr);
}

TEST_CASE("energy: import and export are integrated second by second, and conserve") {
  EnergyMeter m;
  const uint32_t p[] = {0, 3000, 1500}, c[] = {1000, 500, 1500};
  for (int i = 0; i < 3; i++)
    for (int s = 0; s < 3600; s++) m.add(&p[i], &c[i], 1000);
  CHECK(m.total.produced == 4500);
  CHECK(m.total.consumed == 3000);
  CHECK(m.total.imported == 1000);
  CHECK(m.total.exported == 2500);
  CHECK(m.total.produced - m.total.exported == m.total.consumed - m.total.imported);
  // Nothing is lost to rounding: 7 W for 1,000 hours.
  EnergyMeter slow;
  const uint32_t seven = 7, none = 0;
  for (int s = 0; s < 3600000; s++) slow.add(&seven, &none, 1000);
  CHECK(slow.total.produced == 7000);
  // A hole in the measuring is no energy.
  EnergyMeter hole;
  const uint32_t kilo = 3600;
  hole.add(&kilo, nullptr, 3600000);
  CHECK(hole.total.produced == 5);
  CHECK(hole.total.exported == 0);
}

TEST_CASE("the thermistor: known points, and broken or shorted is no temperature") {
  CHECK(ntc_temperature(512, 3950).tenths == 250);
  // 10 kOhm, B 3950: 0 C is 33.6 kOhm, 40 C is 5.30 kOhm.
  CHECK(std::abs(ntc_temperature(static_cast<uint16_t>(1024 * 33.62 / 43.62), 3950).tenths - 0) <= 3);
  CHECK(std::abs(ntc_temperature(static_cast<uint16_t>(1024 * 5.301 / 15.301), 3950).tenths - 400) <= 4);
  for (uint16_t counts : {0, 5, 14, 1009, 1023}) CHECK(!ntc_temperature(counts, 3950).known);
}

TEST_CASE("calibration finds zero and gain, and refuses what cannot be right") {
  std::mt19937 dice(6);
  Settings s;
  default_settings(s);
  Meter meter;
  meter.configure(s);
  Calibration c;
  Millis now = 0;
  auto windows = [&](double amps, double bias = 506) {
    Calibration::Outcome outcome = Calibration::RUNNING;
    for (int i = 0; i < 20 && outcome == Calibration::RUNNING; i++) {
      Sampled w = {};
      w.channels[0] = sampled(amps, dice, 50, 0.5, bias);
      w.channels[1] = sampled(0, dice);
      w.bandgap = 225;
      meter.take(w, now += 1000);
      outcome = c.take(meter, s);
    }
    return outcome;
  };
  c.zero(0);
  CHECK(windows(0) == Calibration::DONE);
  CHECK(c.before == 83);
  CHECK(c.after == doctest::Approx(333).epsilon(0.05));
  c.gain(0, 8900);
  CHECK(windows(8.7) == Calibration::DONE);
  CHECK(s.channels[0].gain_e4 == doctest::Approx(10230).epsilon(0.002));
  CHECK(c.left_ma == doctest::Approx(8900).epsilon(0.002));
  CHECK(s.channels[0].bandgap_q8 == 225 * 256);
  c.gain(0, 8900);
  CHECK(windows(0.2) == Calibration::TOO_SMALL);
  c.gain(0, 30000);
  CHECK(windows(8.7) == Calibration::OUT_OF_RANGE);
  c.gain(0, 8900);
  CHECK(windows(8.7, 2) == Calibration::FAULTY);
  CHECK(s.channels[0].gain_e4 == doctest::Approx(10230).epsilon(0.002));
}
