#include "commands.h"
#include "json_reader.h"
#include <string.h>

namespace sf {

static const uint32_t ANY = 0xFFFFFFFFu;

static Answer clean(const JsonReader& json, uint32_t ttl_s, const Actuators& a, Millis now) {
  return json.has(F_("carico")) ? refused(BAD_FORMAT) : a.wash->start(ttl_s, a.temperature, now);
}

static Answer carry_out(const JsonReader& json, const char* id, const Actuators& a, Millis now) {
  char action[16];
  const bool cleaning = json.has(F_("azione"));
  if (cleaning && !json.text(F_("azione"), action, sizeof action)) return refused(BAD_FORMAT);
  // Stopping water is never refused for being late.
  if (cleaning && equals(action, F_("ferma_pulizia"))) {
    a.wash->stop(now);
    return accepted();
  }
  uint32_t boot, until_s, ttl_s = TTL_DEFAULT_S;
  if (!json.natural(F_("boot"), ANY, &boot) || !json.natural(F_("entro_s"), ANY, &until_s)) return refused(BAD_FORMAT);
  if (boot != a.boot) return refused(OTHER_BOOT);
  if (seconds(now) > until_s) return refused(EXPIRED);
  if (json.has(F_("ttl_s")) && !json.natural(F_("ttl_s"), ANY, &ttl_s)) return refused(BAD_FORMAT);
  if (cleaning) return equals(action, F_("pulizia")) ? clean(json, ttl_s, a, now) : refused(BAD_FORMAT);

  char load[ID_LENGTH + 1];
  bool on;
  if (!json.text(F_("carico"), load, sizeof load) || !json.boolean(F_("acceso"), &on)) return refused(BAD_FORMAT);
  for (uint8_t i = 0; i < LOADS; i++)
    if (a.relays[i].used() && strcmp(a.relays[i].settings().id, load) == 0) return a.relays[i].command(on, ttl_s, id, now);
  return refused(UNKNOWN_LOAD);
}

/** FNV-1a. */
static uint64_t hash(const char* text) {
  uint64_t h = 14695981039346656037ull;
  while (*text) h = (h ^ static_cast<uint8_t>(*text++)) * 1099511628211ull;
  return h ? h : 1;
}

bool Commands::handle(const char* bytes, size_t length, const Actuators& a, Millis now, Outcome* out) {
  JsonReader json;
  if (!json.parse(bytes, length) || !json.text(F_("id"), out->id, sizeof out->id) || !out->id[0]) return false;
  const uint64_t id = hash(out->id);
  for (uint8_t i = 0; i < KEPT; i++) {
    if (seen_[i].id != id) continue;
    out->answer = seen_[i].answer;
    return true;
  }
  out->answer = carry_out(json, out->id, a, now);
  seen_[next_].id = id;
  seen_[next_].answer = out->answer;
  next_ = static_cast<uint8_t>((next_ + 1) % KEPT);
  return true;
}

}  // namespace sf
