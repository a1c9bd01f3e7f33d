// cidr: the field is an address within a network. Strict: no host bits in the rule's network.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {

std::string apply_cidr(const ModifierContext& context, Operand& operand) {
  if (!context.first) return "stands alone: the network is taken as written";
  auto* pattern = std::get_if<TextPattern>(&operand.value);
  const std::string& written = operand.written;
  const std::string wrong =
      fmt::format("'{}' is no network; write it as 10.0.0.0/8 or 2001:db8::/32", written);
  if (!pattern) return wrong;

  CidrBlock block;
  block.written = written;
  size_t slash = written.find('/');
  std::string address = written.substr(0, slash);
  block.v6 = address.find(':') != std::string::npos;
  if (inet_pton(block.v6 ? AF_INET6 : AF_INET, address.c_str(), block.address.data()) != 1) return wrong;
  unsigned bits = block.v6 ? 128 : 32, prefix = bits;
  if (slash != std::string::npos) {
    std::string_view digits = std::string_view(written).substr(slash + 1);
    auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (problem != std::errc() || end != digits.data() + digits.size() || digits.empty() || prefix > bits)
      return wrong;
  }
  block.prefix = static_cast<uint8_t>(prefix);
  for (unsigned bit = prefix; bit < bits; ++bit)
    if (block.address[bit / 8] >> (7 - bit % 8) & 1)
      return fmt::format("'{}' has host bits set behind its /{}; clear them, or write /{} for one address",
                         written, prefix, bits);
  operand.value = std::move(block);
  return {};
}

}  // namespace sigrun::sigma
