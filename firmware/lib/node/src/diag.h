#pragma once
#include "events.h"
#include "json_reader.h"
#include "text.h"

namespace sf {

class Node;

/** The USB port: docs/serial.md. Lines in, lines out, one at a time; it never waits and never holds up the node. */
class Diag {
 public:
  explicit Diag(Node& node);
  void greet();
  void step(Millis now);
  /** A window of samples has been measured. */
  void window(Millis now);
  /** The settings are in the EEPROM, or could not be written. */
  void saved(bool good);

 private:
  enum Parts : uint8_t { NO_PARTS, SELF_TEST, EVENTS, CONFIG, LOAD_LIST, ADC_ALL };
  static const size_t LINE = 320;
  static const size_t OUT = 380;
  static const uint8_t CHANGING = 0x80;

  Node& node_;
  char line_[LINE + 1];
  char out_[OUT];
  uint16_t line_length_, out_length_, out_at_;
  bool overlong_, live_, greet_, event_due_;
  Text text_;
  uint8_t refusals_;
  Millis refusals_at_;
  Parts parts_;
  uint8_t part_, shown_, worst_;
  uint16_t parts_id_, calibration_id_, save_id_, redial_id_;
  uint8_t save_outcome_;         // 0 none, 1 waiting, 2 good, 3 bad
  uint8_t calibration_outcome_;  // 0 none, 1 running, 2 + Calibration::Outcome
  bool redialling_, went_down_;
  Millis redial_at_;
  Event event_;

  bool idle() const { return out_at_ >= out_length_; }
  void drain();
  void hear(Millis now);
  void line(Millis now);
  void request(const JsonReader& json, uint16_t id, bool checked, Millis now);
  void letter(char c, Millis now);
  bool run(const char* command, const JsonReader* json, uint16_t id, bool checked, Millis now);
  void send_due(Millis now);
  void next_part(Millis now);
  bool checked(size_t* length) const;

  Json answer(uint16_t id, bool ok);
  Json part(uint16_t id);
  void send(Json& json);
  void agree(uint16_t id);
  void refuse(uint16_t id, const FlashText* error);
  void refuse_line(const FlashText* error, Millis now);
  void refuse_field(uint16_t id, const FlashText* field, const FlashText* expected);
  void refuse_field(uint16_t id, const char* field, const char* expected);
  void decline(uint16_t id, uint8_t refusal, uint32_t retry_s);

  void say_info(uint16_t id, Millis now);
  void say_values(uint16_t id);
  void write_values(Json& json);
  void say_adc(uint16_t id, uint8_t channel, bool as_part);
  void say_network(uint16_t id);
  void say_counters(uint16_t id, Millis now);
  void say_calibration();
  void say_help();
  bool test_part(uint8_t index, Millis now);
  void judge(const FlashText* name, uint8_t verdict, const char* value, const FlashText* expected);
  bool event_part(uint8_t index);
  bool config_part(uint8_t index);
  bool load_part(uint8_t index, Millis now);
  void do_calibrate(const JsonReader& json, uint16_t id);
  void do_relay(const JsonReader& json, uint16_t id, Millis now);
  void do_valve(const JsonReader& json, uint16_t id, Millis now);
  void do_set(const JsonReader& json, uint16_t id);
  void do_load(const JsonReader& json, uint16_t id);
  void do_save(uint16_t id);
};

}  // namespace sf
