/**
 * Takes over what LVS balances. A reader for each form that is written in ({@link dev.trigon.cli.imports.IpvsadmReader},
 * {@link dev.trigon.cli.imports.KeepalivedReader}) makes virtual servers of it, {@link dev.trigon.cli.imports.Mapping} makes
 * services of those, and {@link dev.trigon.cli.imports.Report} has what got lost on the way. Asks nobody: neither vipd nor a
 * name server.
 */
@NullMarked
package dev.trigon.cli.imports;

import org.jspecify.annotations.NullMarked;
