#pragma once

#include "app/exit_code.hpp"
#include "app/options.hpp"

namespace stillpoint::app {

// One function for each subcommand. Results go to standard output, errors and the log to standard error. Each returns
// when all is done, and must not run beside another one in the same process.

/// Checks policies and nothing else: no cloud, no server. As JSON it is one document, errors included.
ExitCode validate(const Options& options);
/// Says what a field of the policy language means, from the schema that the program carries.
ExitCode explain(const Options& options);
/// Prints the helper, to be installed on servers or to be audited.
ExitCode print_helper(const Options& options);
/// Shows what `reconcile` would do and changes nothing. As JSON it is one document, whatever clouds there are.
ExitCode diff(const Options& options);
/// One pass over each cloud. With `options.metrics_file` it writes its metrics, whatever becomes of the pass.
ExitCode reconcile(const Options& options);
/// Runs the policies forward in virtual time and shows what would become of them. Reads the clouds, or with
/// `options.offline` nothing but the policies; changes nothing but `options.svg_file`.
ExitCode rehearse(const Options& options);
/// The daemon: keeps every cloud as the policies want it, until SIGTERM. InvalidInput if there is nothing to go by.
ExitCode run(const Options& options);
/// Checks the cloud, the quotas, what the policies match, SSH, sudo and the databases. Nothing is held or
/// snapshotted; the helper is put on servers that lack it.
ExitCode doctor(const Options& options);
/// Lists the recovery points that exist, those of the given policies if there are any. Changes nothing.
ExitCode get_points(const Options& options);

}  // namespace stillpoint::app
