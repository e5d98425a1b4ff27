package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.util.ArrayList;
import java.util.List;

/** Backends as a table, the same wherever they are shown. */
final class BackendTable {
    private BackendTable() {}

    static Table of(List<BackendView> backends) {
        boolean someAreDown = backends.stream().anyMatch(backend -> backend.reason() != null);
        Table table = new Table()
                .name("SERVICE")
                .name("NAME")
                .text("ADDRESS")
                .number("WEIGHT")
                .state("STATE")
                .number("FLOWS")
                .number("PACKETS")
                .number("BYTES");
        if (someAreDown) {
            table.text("WHY");
        }
        for (BackendView backend : backends) {
            List<Object> cells = new ArrayList<>(List.of(
                    backend.service(),
                    backend.name(),
                    backend.address(),
                    backend.weight(),
                    backend.state(),
                    backend.activeFlows(),
                    backend.packets(),
                    Human.octets(backend.bytes())));
            if (someAreDown) {
                cells.add(backend.reason() == null ? "" : backend.reason());
            }
            table.row(cells.toArray());
        }
        return table;
    }
}
