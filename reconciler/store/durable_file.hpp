#pragma once

#include <string>

#include "support/result.hpp"

namespace stillpoint::store {

/// Writes a file so that whoever reads it, also after a crash, finds all of the old text or all of the new: it is
/// written aside, brought to the disk, and renamed. It gets the group of its folder and the mode 0640: a daemon that
/// runs under that group can read it, and nobody else. Errors: InvalidInput, with the file and what could not be done.
support::Status replace_file(const std::string& path, const std::string& text);

/// The same for a file that is no secret of the store's: metrics, a plan, a picture. Its mode is what the umask leaves.
support::Status replace_open_file(const std::string& path, const std::string& text);

/// As `replace_file`, for a file that must not be there yet: one that is stays as it is, and is the error.
support::Status create_file(const std::string& path, const std::string& text);

/// Removes a file, also from the disk. One that is gone already is no error.
support::Status remove_file(const std::string& path);

}  // namespace stillpoint::store
