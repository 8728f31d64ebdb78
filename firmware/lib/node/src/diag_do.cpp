#include "crc.h"
#include "node.h"
#include <string.h>

namespace sf {

void Diag::do_calibrate(const JsonReader& json, uint16_t id) {
  char step[12];
  if (!json.text(F_("passo"), step, sizeof step)) return refuse_field(id, F_("passo"), F_("zero, guadagno o annulla"));
  if (equals(step, F_("annulla"))) {
    node_.calibration_.stop();
    calibration_outcome_ = 0;
    return agree(id);
  }
  if (calibration_outcome_) return refuse(id, F_("occupato"));
  uint32_t channel, ma = 0, watts;
  if (!json.natural(F_("canale"), CHANNELS - 1, &channel)) return refuse_field(id, F_("canale"), F_("0..1"));
  if (!node_.edited_.channels[channel].fitted) return refuse_field(id, F_("canale"), F_("un canale attivo"));
  if (equals(step, F_("zero"))) {
    node_.calibration_.zero(static_cast<uint8_t>(channel));
  } else if (equals(step, F_("guadagno"))) {
    if (json.natural(F_("w"), 60000, &watts)) ma = watts * 1000 / node_.edited_.nominal_v;
    if (!ma && (!json.natural(F_("ma"), 250000, &ma) || !ma)) return refuse_field(id, F_("ma"), F_("1..250000, o w 1..60000"));
    node_.calibration_.gain(static_cast<uint8_t>(channel), ma);
  } else {
    return refuse_field(id, F_("passo"), F_("zero, guadagno o annulla"));
  }
  calibration_outcome_ = 1;
  calibration_id_ = id;
}

void Diag::do_relay(const JsonReader& json, uint16_t id, Millis now) {
  uint32_t output, held;
  bool on;
  if (!json.natural(F_("uscita"), LOADS, &output) || !output) return refuse_field(id, F_("uscita"), F_("1..4"));
  if (!json.boolean(F_("acceso"), &on)) return refuse_field(id, F_("acceso"), F_("true o false"));
  if (!json.natural(F_("secondi"), SERVICE_MOST_S, &held)) return refuse_field(id, F_("secondi"), F_("0..30"));
  Relay& relay = node_.relays_[output - 1];
  if (!relay.used()) return refuse_field(id, F_("uscita"), F_("un'uscita con un carico salvato"));
  const Answer a = relay.service(on, static_cast<uint8_t>(held), now);
  if (a.refusal != ACCEPTED) return decline(id, a.refusal, a.retry_s);
  Json out = answer(id, true);
  out.natural(F_("uscita"), output).boolean(F_("acceso"), on).natural(F_("secondi"), held);
  send(out);
}

void Diag::do_valve(const JsonReader& json, uint16_t id, Millis now) {
  uint32_t held;
  if (!json.natural(F_("secondi"), SERVICE_MOST_S, &held)) return refuse_field(id, F_("secondi"), F_("0..30"));
  const Answer a = node_.wash_.service(static_cast<uint8_t>(held), node_.meter_.temperature(), now);
  if (a.refusal != ACCEPTED) return decline(id, a.refusal, a.retry_s);
  Json out = answer(id, true);
  out.natural(F_("secondi"), held);
  send(out);
}

void Diag::do_set(const JsonReader& json, uint16_t id) {
  char name[24], value[72], expected[48];
  if (!json.text(F_("campo"), name, sizeof name)) return refuse_field(id, F_("campo"), F_("nome di un campo"));
  if (!json.text_or_number(F_("valore"), value, sizeof value))
    return refuse_field(id, F_("valore"), F_("testo o numero, al piu' 71 caratteri"));
  Text reason(expected, sizeof expected);
  switch (set_field(node_.edited_, name, value, reason)) {
    case FIELD_UNKNOWN: return refuse_field(id, F_("campo"), F_("un campo di config"));
    case FIELD_WRONG: return refuse_field(id, name, expected);
    case FIELD_SET: break;
  }
  node_.unsaved_ = true;
  node_.meter_.configure(node_.edited_);
  Json out = answer(id, true);
  out.text(F_("campo"), name);
  send(out);
}

/** A number that may be left out: false where it is there and wrong. */
static bool optional(const JsonReader& json, const FlashText* name, uint32_t least, uint32_t most, uint32_t* value) {
  if (!json.has(name)) return true;
  uint32_t read;
  if (!json.natural(name, most, &read) || read < least) return false;
  *value = read;
  return true;
}

void Diag::do_load(const JsonReader& json, uint16_t id) {
  uint32_t output;
  if (!json.natural(F_("uscita"), LOADS, &output) || !output) return refuse_field(id, F_("uscita"), F_("1..4"));
  LoadSettings l = node_.edited_.loads[output - 1];
  if (json.has(F_("carico"))) {
    if (!json.text(F_("carico"), l.id, sizeof l.id) || (l.id[0] && !valid_load_id(l.id)))
      return refuse_field(id, F_("carico"), F_("A-Z a-z 0-9 _ -, 1..32, non rete, altri, benchmark"));
  }
  for (uint8_t i = 0; i < LOADS; i++)
    if (i != output - 1 && l.id[0] && strcmp(l.id, node_.edited_.loads[i].id) == 0)
      return refuse_field(id, F_("carico"), F_("un nome che nessun'altra uscita ha"));
  char word[12];
  if (json.has(F_("riposo"))) {
    if (!json.text(F_("riposo"), word, sizeof word) || (!equals(word, F_("acceso")) && !equals(word, F_("spento"))))
      return refuse_field(id, F_("riposo"), F_("acceso o spento"));
    l.rest_on = word[0] == 'a';
  }
  if (json.has(F_("interruttore"))) {
    if (!json.text(F_("interruttore"), word, sizeof word)) word[0] = 0;
    if (equals(word, F_("nessuno"))) {
      l.wall = NO_SWITCH;
    } else if (equals(word, F_("leva"))) {
      l.wall = LEVER;
    } else if (equals(word, F_("pulsante"))) {
      l.wall = BUTTON;
    } else {
      return refuse_field(id, F_("interruttore"), F_("nessuno, leva o pulsante"));
    }
  }
  if (json.has(F_("programma")) && !json.boolean(F_("programma"), &l.program))
    return refuse_field(id, F_("programma"), F_("true o false"));
  uint32_t min_on = l.min_on_s, min_off = l.min_off_s, starts = l.starts_per_hour;
  if (!optional(json, F_("min_on_s"), 0, 3600, &min_on)) return refuse_field(id, F_("min_on_s"), F_("0..3600"));
  if (!optional(json, F_("min_off_s"), 0, 3600, &min_off)) return refuse_field(id, F_("min_off_s"), F_("0..3600"));
  if (!optional(json, F_("max_on_s"), 0, 86400, &l.max_on_s)) return refuse_field(id, F_("max_on_s"), F_("0..86400"));
  if (!optional(json, F_("avvii_ora"), 0, 20, &starts)) return refuse_field(id, F_("avvii_ora"), F_("0..20"));
  if (!optional(json, F_("manuale_s"), 60, 86400, &l.hold_s)) return refuse_field(id, F_("manuale_s"), F_("60..86400"));
  l.min_on_s = static_cast<uint16_t>(min_on);
  l.min_off_s = static_cast<uint16_t>(min_off);
  l.starts_per_hour = static_cast<uint8_t>(starts);
  node_.edited_.loads[output - 1] = l;
  node_.unsaved_ = true;
  Json out = answer(id, true);
  out.natural(F_("uscita"), output);
  send(out);
}

void Diag::do_save(uint16_t id) {
  Settings& s = node_.edited_;
  s.sequence = node_.settings_.sequence + 1;
  s.crc = settings_crc(s);
  node_.save_wanted_ = true;
  save_outcome_ = 1;
  save_id_ = id;
}

}  // namespace sf
