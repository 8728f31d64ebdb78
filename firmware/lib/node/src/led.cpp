#include "led.h"

namespace sf {

bool led_on(LedState state, Millis now) {
  if (state == LED_WELL) return true;
  if (state == LED_ALERT) return now / 1000 % 2 == 0;
  if (state == LED_NOT_SET_UP) return now / 100 % 2 == 0;
  // n flashes of 200 ms with 200 ms between, every 3 s.
  const uint16_t phase = static_cast<uint16_t>(now % 3000);
  return phase < state * 400u && phase % 400 < 200;
}

}  // namespace sf
