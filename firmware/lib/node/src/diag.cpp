#include "crc.h"
#include "node.h"

namespace sf {

static const uint8_t REFUSALS_A_SECOND = 5;
static const Millis REDIAL_PATIENCE = 15000;

Diag::Diag(Node& node)
    : node_(node), line_length_(0), out_length_(0), out_at_(0), overlong_(false), live_(false), greet_(false),
      event_due_(false), text_(out_, sizeof out_), refusals_(0), refusals_at_(0), parts_(NO_PARTS), part_(0), shown_(0),
      worst_(0), parts_id_(0), calibration_id_(0), save_id_(0), redial_id_(0), save_outcome_(0),
      calibration_outcome_(0), redialling_(false), went_down_(false), redial_at_(0) {}

void Diag::greet() { greet_ = true; }

void Diag::saved(bool good) { save_outcome_ = good ? 2 : 3; }

void Diag::drain() {
  while (!idle() && node_.hw_.serial.room()) node_.hw_.serial.write(out_[out_at_++]);
}

void Diag::send(Json&) {
  // The object is open still: its checksum is its last member.
  const uint16_t crc = crc16(out_, text_.length);
  text_.add(F_(",\"crc\":\"")).add_hex(crc, 4).add(F_("\"}\n"));
  out_length_ = static_cast<uint16_t>(text_.length);
  out_at_ = 0;
}

Json Diag::answer(uint16_t id, bool ok) {
  text_.clear();
  Json json(text_);
  json.natural(F_("id"), id).boolean(F_("ok"), ok);
  return json;
}

Json Diag::part(uint16_t id) {
  text_.clear();
  Json json(text_);
  json.natural(F_("id"), id).natural(F_("parte"), ++shown_);
  return json;
}

void Diag::agree(uint16_t id) {
  Json json = answer(id, true);
  send(json);
}

void Diag::refuse(uint16_t id, const FlashText* error) {
  Json json = answer(id, false);
  json.text(F_("errore"), error);
  send(json);
}

void Diag::refuse_field(uint16_t id, const FlashText* field, const FlashText* expected) {
  Json json = answer(id, false);
  json.text(F_("errore"), F_("campo")).text(F_("campo"), field).text(F_("atteso"), expected);
  send(json);
}

void Diag::refuse_field(uint16_t id, const char* field, const char* expected) {
  Json json = answer(id, false);
  json.text(F_("errore"), F_("campo")).text(F_("campo"), field).text(F_("atteso"), expected);
  send(json);
}

void Diag::decline(uint16_t id, uint8_t refusal, uint32_t retry_s) {
  Json json = answer(id, false);
  json.text(F_("errore"), F_("rifiutato")).text(F_("motivo"), refusal_code(static_cast<Refusal>(refusal)));
  if (retry_s) json.natural(F_("riprova_s"), retry_s);
  send(json);
}

void Diag::refuse_line(const FlashText* error, Millis now) {
  if (now - refusals_at_ >= SECOND) refusals_ = 0, refusals_at_ = now;
  if (refusals_ >= REFUSALS_A_SECOND) return;
  refusals_++;
  text_.clear();
  Json json(text_);
  json.null(F_("id")).boolean(F_("ok"), false).text(F_("errore"), error);
  send(json);
}

void Diag::step(Millis now) {
  drain();
  if (!idle()) return;
  send_due(now);
  if (!idle() || parts_ != NO_PARTS) return;
  hear(now);
  drain();
}

void Diag::send_due(Millis now) {
  if (greet_) {
    greet_ = false;
    text_.clear();
    Json json(text_);
    json.text(F_("msg"), F_("avvio"))
        .text(F_("prodotto"), F_("solar-family-node"))
        .text(F_("fw"), F_(SF_FIRMWARE_VERSION))
        .natural(F_("boot"), node_.kept_.boot)
        .text(F_("reset"), reset_code(node_.cause_))
        .text(F_("casa"), node_.settings_.house);
    return send(json);
  }
  if (parts_ != NO_PARTS) return next_part(now);
  if (save_outcome_ >= 2) {
    const bool good = save_outcome_ == 2;
    save_outcome_ = 0;
    if (good) return agree(save_id_);
    return refuse(save_id_, F_("eeprom"));
  }
  if (calibration_outcome_ >= 2) return say_calibration();
  if (redialling_) {
    const bool up = node_.network_.mqtt.ready();
    if (up || now - redial_at_ >= REDIAL_PATIENCE) {
      redialling_ = false;
      Json json = answer(redial_id_, up);
      if (!up) json.text(F_("errore"), F_("rete"));
      json.text(F_("mqtt"), node_.network_.state_code()).natural(F_("ms"), static_cast<uint32_t>(now - redial_at_));
      return send(json);
    }
  }
  if (node_.events_.take_news(&event_) && live_) {
    text_.clear();
    Json json(text_);
    json.text(F_("msg"), F_("evento"))
        .natural(F_("uptime_s"), event_.uptime_s)
        .text(F_("evento"), event_name(event_.code))
        .natural(F_("valore"), event_.value);
    return send(json);
  }
  if (!event_due_) return;
  event_due_ = false;
  if (!live_) return;
  text_.clear();
  Json json(text_);
  json.text(F_("msg"), F_("misura")).natural(F_("uptime_s"), seconds(now));
  write_values(json);
  send(json);
}

void Diag::window(Millis) {
  event_due_ = true;
  if (calibration_outcome_ != 1) return;
  const Calibration::Outcome outcome = node_.calibration_.take(node_.meter_, node_.edited_);
  if (outcome == Calibration::RUNNING) return;
  calibration_outcome_ = static_cast<uint8_t>(2 + outcome);
  if (outcome == Calibration::DONE) node_.unsaved_ = true;
}

void Diag::next_part(Millis now) {
  bool more = false;
  switch (parts_) {
    case SELF_TEST: more = test_part(part_, now); break;
    case EVENTS: more = event_part(part_); break;
    case CONFIG: more = config_part(part_); break;
    case LOAD_LIST: more = load_part(part_, now); break;
    case ADC_ALL:
      more = part_ < CHANNELS;
      if (more) say_adc(parts_id_, part_, true);
      break;
    case NO_PARTS: break;
  }
  part_++;
  if (more) return;
  Json json = answer(parts_id_, true);
  json.natural(F_("parti"), shown_);
  if (parts_ == SELF_TEST)
    json.text(F_("esito"), worst_ == 2 ? F_("fail") : worst_ == 1 ? F_("warn") : F_("pass"));
  if (parts_ == CONFIG) json.boolean(F_("da_salvare"), node_.unsaved_);
  parts_ = NO_PARTS;
  send(json);
}

}  // namespace sf
