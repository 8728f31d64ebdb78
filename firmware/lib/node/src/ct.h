#pragma once
#include "types.h"

namespace sf {

/** What the sampling interrupt gathers of one channel: samples around half scale, so that sums stay exact in 32 bits. */
struct Window {
  uint16_t count;
  int32_t sum;       // of sample - 512
  uint32_t squares;  // of (sample - 512)^2; 4,000 samples fit
  uint16_t lowest, highest, clipped;
  uint16_t rises;    // through the middle, for the mains frequency
  int16_t middle;    // of the window before, less 512
  bool above;

  void clear() {
    count = 0, sum = 0, squares = 0, lowest = 1023, highest = 0, clipped = 0, rises = 0, middle = 0;
    above = false;
  }
  /** Empty, and counting crossings of the middle that `before` has found. */
  void begin_after(const Window& before) {
    clear();
    above = before.above;
    if (before.count) middle = static_cast<int16_t>(before.sum / static_cast<int32_t>(before.count));
  }
  void add(uint16_t sample) {
    const int16_t x = static_cast<int16_t>(sample - 512);
    count++;
    sum += x;
    squares += static_cast<uint32_t>(static_cast<int32_t>(x) * x);
    if (sample < lowest) lowest = sample;
    if (sample > highest) highest = sample;
    if (sample <= CLIP_LOW || sample >= CLIP_HIGH) clipped++;
    if (above) {
      if (x < middle - CROSSING) above = false;
    } else if (x > middle + CROSSING) {
      above = true;
      rises++;
    }
  }
  static const uint16_t CLIP_LOW = 1;
  static const uint16_t CLIP_HIGH = 1022;
  static const int16_t CROSSING = 4;
};

enum ChannelFault : uint8_t { SOUND, UNPLUGGED, BIAS_OFF, CLIPPING };

/** How counts of one channel become milliamperes. */
struct CtScale {
  uint32_t ma_per_count_q16;
  uint32_t zero_e3;  // noise with nothing clamped: thousandths of a count squared
};

struct CtReading {
  uint32_t rms_q12;  // counts, the noise taken away in quadrature; 0 where nothing but noise is left
  uint32_t raw_q12;  // counts, the noise left in
  uint32_t noise_e3; // mean square of the window, thousandths of a count squared
  int32_t mean_e2;   // counts * 100
  uint32_t ma;
  ChannelFault fault;
};

/** `ct_mv` is what the CT gives at `ct_a`; 5 V over 1,024 counts; `gain_e4` 10000 = 1. `reference` corrects for the supply: 65536 = as calibrated. */
CtScale ct_scale(uint16_t ct_a, uint16_t ct_mv, uint32_t gain_e4, uint32_t zero_e3, uint32_t reference_q16);

/**
 * RMS over a whole window, in integers: variance = E[x^2] - E[x]^2 needs no high-pass. The noise found with nothing
 * clamped is subtracted as power; quantising alone gives 1/12 of a count squared under any signal.
 */
CtReading ct_read(const Window& window, const CtScale& scale);

uint32_t square_root(uint64_t value);

/** A fault counts once it has been seen in three windows in a row, and is over after three without. */
class FaultFilter {
 public:
  FaultFilter() : shown_(SOUND), last_(SOUND), times_(0) {}
  /** True where what is shown has changed. */
  bool see(ChannelFault fault);
  ChannelFault shown() const { return shown_; }

 private:
  ChannelFault shown_, last_;
  uint8_t times_;
};

}  // namespace sf
