package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.util.List;

/** Backends as a table, the same wherever they are shown. */
final class BackendTable {
    private BackendTable() {}

    static Table of(List<BackendView> backends) {
        Table table = new Table()
                .name("SERVICE")
                .name("NAME")
                .text("ADDRESS")
                .number("WEIGHT")
                .state("STATE")
                .number("FLOWS")
                .number("PACKETS")
                .number("BYTES");
        for (BackendView backend : backends) {
            table.row(
                    backend.service(),
                    backend.name(),
                    backend.address(),
                    backend.weight(),
                    backend.state(),
                    backend.activeFlows(),
                    backend.packets(),
                    Human.octets(backend.bytes()));
        }
        return table;
    }
}
