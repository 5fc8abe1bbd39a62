#pragma once

#include <string>

namespace stillpoint::policy {

struct Node;

/// A short text that changes with what `spec` says, and not with how it is laid out: comments, the order of fields,
/// quotes and ways of writing a number do not count. 16 hexadecimal digits.
std::string spec_hash(const Node& spec);

}  // namespace stillpoint::policy
