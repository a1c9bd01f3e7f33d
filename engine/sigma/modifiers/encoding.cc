// base64, base64offset and the UTF-16 encodings that may stand before them.
//
// base64offset: bytes within a longer text begin at one of three positions of Base64's 3-byte groups. For each shift the
// bytes are encoded behind that many zero bytes; the characters that the unknown neighbours influence are trimmed:
// 0, 2, 3 at the front for shifts 0, 1, 2, and at the end whatever covers an unfinished group.
#include <algorithm>
#include <array>

#include "sigma/modifiers/modifier.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

std::string encode_base64(std::string_view bytes) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= count ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

// The operand's bytes, or what is wrong.
std::string literal_bytes(const ModifierContext&, Operand& operand, std::string& bytes) {
  TextPattern* pattern = as_text(operand);
  if (!pattern) return "needs a text value";
  if (pattern->has_placeholder()) return "cannot encode a placeholder; encode the value that it stands for";
  bool dashes = std::any_of(pattern->parts.begin(), pattern->parts.end(),
                            [](const TextPart& part) { return part.kind == TextPart::Kind::any_dash; });
  if (dashes) return "cannot encode the dashes of windash; list the encoded variants";
  if (!pattern->is_literal())
    return "cannot encode wildcards; escape them (\\*) if they are meant, and put contains, startswith and "
           "endswith behind";
  bytes = pattern->literal_text();
  return {};
}

std::string encode_utf16(const ModifierContext& context, Operand& operand, bool big_endian, bool mark) {
  if (context.encoded) return "must stand before base64 and base64offset";
  TextPattern* pattern = as_text(operand);
  if (!pattern) return "needs a text value";
  TextPattern result;
  result.cased = pattern->cased;
  auto put = [&](std::string& out, uint32_t unit) {
    char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  if (mark) result.append({TextPart::Kind::literal, "\xFF\xFE"});
  for (const TextPart& part : pattern->parts) {
    if (part.kind == TextPart::Kind::placeholder)
      return "cannot encode a placeholder; encode the value that it stands for";
    if (part.kind != TextPart::Kind::literal) {
      result.append(part);
      continue;
    }
    std::string out;
    for (size_t at = 0; at < part.text.size();) {
      char32_t c = next_code_point(part.text, at);
      if (c >= 0x10000) {
        put(out, 0xD800 + ((c - 0x10000) >> 10));
        put(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
      } else {
        put(out, c);
      }
    }
    result.append({TextPart::Kind::literal, std::move(out)});
  }
  operand.value = std::move(result);
  return {};
}

}  // namespace

std::string apply_base64(const ModifierContext& context, Operand& operand) {
  std::string bytes;
  if (std::string problem = literal_bytes(context, operand, bytes); !problem.empty()) return problem;
  TextPattern encoded = TextPattern::literal(encode_base64(bytes));
  encoded.cased = std::get<TextPattern>(operand.value).cased;
  operand.value = std::move(encoded);
  return {};
}

std::string apply_base64offset(const ModifierContext& context, Operand& operand) {
  std::string bytes;
  if (std::string problem = literal_bytes(context, operand, bytes); !problem.empty()) return problem;
  constexpr std::array<size_t, 3> front = {0, 2, 3};  // characters that the bytes before influence
  constexpr std::array<size_t, 3> back = {0, 3, 2};   // and those behind, by length of the last group
  AnyTextPattern any;
  for (size_t shift = 0; shift < 3; ++shift) {
    std::string encoded = encode_base64(std::string(shift, '\0') + bytes);
    size_t cut = back[(shift + bytes.size()) % 3];
    if (encoded.size() <= front[shift] + cut) continue;  // nothing certain is left of it
    any.patterns.push_back(
        TextPattern::literal(encoded.substr(front[shift], encoded.size() - front[shift] - cut)));
    any.patterns.back().cased = std::get<TextPattern>(operand.value).cased;
  }
  if (any.patterns.empty()) return "the value is too short: no character of its Base64 form is certain";
  operand.value = std::move(any);
  return {};
}

std::string apply_utf16le(const ModifierContext& context, Operand& operand) {
  return encode_utf16(context, operand, false, false);
}
std::string apply_utf16be(const ModifierContext& context, Operand& operand) {
  return encode_utf16(context, operand, true, false);
}
std::string apply_utf16(const ModifierContext& context, Operand& operand) {
  return encode_utf16(context, operand, false, true);
}

}  // namespace sigrun::sigma
