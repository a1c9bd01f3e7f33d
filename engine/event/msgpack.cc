#include "event/msgpack.h"

#include <bit>
#include <type_traits>

namespace sigrun {

using Kind = MsgpackToken::Kind;

// Numbers stand with their highest byte first.
template <class Number>
bool MsgpackReader::take(Number& number) {
  if (bytes_.size() - at_ < sizeof(Number)) return fail("msgpack: cut off");
  std::make_unsigned_t<Number> value = 0;
  for (size_t i = 0; i < sizeof(Number); ++i)
    value = static_cast<decltype(value)>(static_cast<uint64_t>(value) << 8 |
                                         static_cast<unsigned char>(bytes_[at_ + i]));
  number = static_cast<Number>(value);
  at_ += sizeof(Number);
  return true;
}

bool MsgpackReader::take_data(MsgpackToken& token, Kind kind, size_t size) {
  if (bytes_.size() - at_ < size) return fail("msgpack: cut off");
  token.kind = kind;
  token.data = bytes_.substr(at_, size);
  at_ += size;
  return true;
}

template <class Size>
bool MsgpackReader::take_data(MsgpackToken& token, Kind kind) {
  Size size;
  return take(size) && take_data(token, kind, size);
}

bool MsgpackReader::take_extension(MsgpackToken& token, size_t size) {
  return take(token.type) && take_data(token, Kind::extension, size);
}

template <class Size>
bool MsgpackReader::take_extension(MsgpackToken& token) {
  Size size;
  return take(size) && take_extension(token, size);
}

template <class Count>
bool MsgpackReader::take_count(MsgpackToken& token, Kind kind) {
  Count count;
  if (!take(count)) return false;
  token.kind = kind;
  token.count = count;
  return true;
}

template <class Number>
bool MsgpackReader::take_integer(MsgpackToken& token) {
  Number number;
  if (!take(number)) return false;
  if constexpr (std::is_same_v<Number, uint64_t>) {
    if (number > static_cast<uint64_t>(INT64_MAX)) {
      token.kind = Kind::large;
      token.large = number;
      return true;
    }
  }
  token.kind = Kind::integer;
  token.integer = static_cast<int64_t>(number);
  return true;
}

bool MsgpackReader::take_other(unsigned char lead, MsgpackToken& token) {
  if (lead < 0x80 || lead >= 0xe0) {
    token.kind = Kind::integer;
    token.integer = static_cast<int8_t>(lead);
    return true;
  }
  if (lead < 0xa0) {
    token.kind = lead < 0x90 ? Kind::map : Kind::array;
    token.count = lead & 0x0f;
    return true;
  }
  if (lead < 0xc0) return take_data(token, Kind::text, lead & 0x1fu);
  switch (lead) {
    case 0xc0: token.kind = Kind::nil; return true;
    case 0xc2:
    case 0xc3:
      token.kind = Kind::truth;
      token.truth = lead == 0xc3;
      return true;
    case 0xc4: return take_data<uint8_t>(token, Kind::bytes);
    case 0xc5: return take_data<uint16_t>(token, Kind::bytes);
    case 0xc6: return take_data<uint32_t>(token, Kind::bytes);
    case 0xc7: return take_extension<uint8_t>(token);
    case 0xc8: return take_extension<uint16_t>(token);
    case 0xc9: return take_extension<uint32_t>(token);
    case 0xca: {
      uint32_t bits;
      if (!take(bits)) return false;
      token.kind = Kind::real;
      token.single = true;
      token.real = static_cast<double>(std::bit_cast<float>(bits));
      return true;
    }
    case 0xcb: {
      uint64_t bits;
      if (!take(bits)) return false;
      token.kind = Kind::real;
      token.single = false;
      token.real = std::bit_cast<double>(bits);
      return true;
    }
    case 0xcc: return take_integer<uint8_t>(token);
    case 0xcd: return take_integer<uint16_t>(token);
    case 0xce: return take_integer<uint32_t>(token);
    case 0xcf: return take_integer<uint64_t>(token);
    case 0xd0: return take_integer<int8_t>(token);
    case 0xd1: return take_integer<int16_t>(token);
    case 0xd2: return take_integer<int32_t>(token);
    case 0xd3: return take_integer<int64_t>(token);
    case 0xd4: return take_extension(token, 1);
    case 0xd5: return take_extension(token, 2);
    case 0xd6: return take_extension(token, 4);
    case 0xd7: return take_extension(token, 8);
    case 0xd8: return take_extension(token, 16);
    case 0xd9: return take_data<uint8_t>(token, Kind::text);
    case 0xda: return take_data<uint16_t>(token, Kind::text);
    case 0xdb: return take_data<uint32_t>(token, Kind::text);
    case 0xdc: return take_count<uint16_t>(token, Kind::array);
    case 0xdd: return take_count<uint32_t>(token, Kind::array);
    case 0xde: return take_count<uint16_t>(token, Kind::map);
    case 0xdf: return take_count<uint32_t>(token, Kind::map);
    default: return fail("msgpack: a byte that stands for nothing (0xc1)");
  }
}

}  // namespace sigrun
