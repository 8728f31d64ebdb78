#pragma once
#include "eeprom.h"

namespace sf {

enum EventCode : uint8_t {
  STARTED = 1,       // value: reset cause
  MQTT_UP,
  MQTT_DOWN,         // value: why
  LINK_UP,
  LINK_DOWN,
  ADDRESS,           // value: last byte of the address
  CT_FAULT,          // value: channel * 16 + fault
  NTC_FAULT,         // value: 1 broken, 0 mended
  LOAD_SWITCHED,     // value: output * 256 + origin * 2 + on
  COMMAND_REFUSED,   // value: refusal
  COMMAND_UNREADABLE,
  COMMAND_RETAINED,
  WASHED,            // value: cause
  SETTINGS_SAVED,
  SETTINGS_LOST,
  CALIBRATED,        // value: channel
  WATCHDOG_ORDERED
};

struct Event {
  uint32_t sequence;
  uint32_t uptime_s;
  uint16_t boot;
  uint16_t value;
  uint8_t code;
};

const FlashText* event_name(uint8_t code);

/** The last 32 events, in EEPROM. At most 30 an hour are written, so that a bad cable cannot wear it out. */
class EventLog {
 public:
  EventLog(Eeprom& eeprom, EepromWriter& writer);
  void begin(uint32_t boot);
  void add(EventCode code, uint16_t value, Millis now);
  /** Writes what waits while the writer is free. */
  void step(Millis now);
  /** The `nth` oldest; false past the newest. */
  bool read(uint8_t nth, Event* out) const;
  /** Takes the newest of this run that was not taken yet. */
  bool take_news(Event* out);

 private:
  static const uint8_t WAITING = 8;
  static const uint8_t HOURLY = 30;
  Eeprom& eeprom_;
  EepromWriter& writer_;
  uint32_t sequence_;
  uint16_t boot_;
  Event waiting_[WAITING];
  uint8_t waiting_count_, allowance_;
  Millis refilled_;
  uint8_t record_[16];
  Event news_;
  bool has_news_;

  bool read_slot(uint8_t slot, Event* out) const;
};

}  // namespace sf
