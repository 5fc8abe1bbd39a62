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
/// Prints the access rules of an application credential that is enough for the policies' cloud, and no more. Logs in
/// to it, for its catalog; changes nothing.
ExitCode access_rules(const Options& options);
/// Makes servers ready to be held: a key, pinned host keys, the helper, and a login that may run nothing else. Says of
/// each thing whether it was there; Failed if a server could not be enrolled, and then how far it had come.
ExitCode enroll(const Options& options);
/// Writes a first policy of what the cloud shows into a file that is not there yet. Changes nothing in the cloud.
ExitCode init(const Options& options);
/// Puts policies into the store, after it has shown what would come of it, and asks where points would go. Changes
/// nothing in any cloud.
ExitCode apply(const Options& options);
/// Deletes policies: pins their points or has them deleted, as their `deletionPolicy` says.
ExitCode delete_policies(const Options& options);
/// Lists the recovery points that exist, those of the given policies if there are any. Changes nothing; nor do the
/// others that show something. With `options.watch` none of them returns.
ExitCode get_points(const Options& options);
ExitCode get_policies(const Options& options);
ExitCode get_servers(const Options& options);
ExitCode describe_policy(const Options& options);
ExitCode describe_point(const Options& options);
/// Marks points so that retention leaves them alone, and takes the mark off again.
ExitCode pin(const Options& options);
ExitCode unpin(const Options& options);

}  // namespace stillpoint::app
