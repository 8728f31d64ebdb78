#pragma once
#include "meter.h"

namespace sf {

/** Ten windows with nothing clamped give the zero; ten with a known load the gain, and five more the error that is left. */
class Calibration {
 public:
  enum Step : uint8_t { NONE, ZERO, GAIN, CHECK };
  enum Outcome : uint8_t { RUNNING, DONE, TOO_SMALL, OUT_OF_RANGE, FAULTY };

  Calibration() : step_(NONE) {}
  void zero(uint8_t channel);
  void gain(uint8_t channel, uint32_t true_ma);
  void stop() { step_ = NONE; }
  bool running() const { return step_ != NONE; }
  /** Once a window. What it finds goes into `settings` and into the meter. */
  Outcome take(Meter& meter, Settings& settings);

  bool was_zero;
  uint8_t channel;
  uint32_t before, after;      // zero, thousandths of a count squared
  uint32_t measured_ma, true_ma, left_ma;

 private:
  Step step_;
  uint8_t windows_;
  uint64_t sum_;
};

}  // namespace sf
