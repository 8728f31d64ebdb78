#pragma once
#include "types.h"

namespace sf {

/** The first that holds is shown. */
enum LedState : uint8_t {
  LED_NOT_SET_UP,  // quick flicker
  LED_NO_CABLE,    // one flash, pause
  LED_NO_ADDRESS,  // two
  LED_NO_HUB,      // three
  LED_REFUSED,     // four
  LED_FAULT,       // five
  LED_ALERT,       // slow, even
  LED_WELL         // on
};

bool led_on(LedState state, Millis now);

}  // namespace sf
