package dev.trigon.linux;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** With the real program, in a namespace of its own. */
@ExtendWith(NetworkNamespace.class)
class NftTableTest {
    private static final String CHAIN = "chain %s { type filter hook prerouting priority raw; policy accept; }%n";

    private final NftTable table = NftTable.of("inet", "trigon_test");

    @Test
    void shouldReplaceAndRemoveItsTableAndNoOther() {
        sh("nft add table inet others");
        assertThat(table.isProgramInstalled()).isTrue();
        assertThat(table.list()).isEmpty();

        table.replace(String.format(CHAIN, "first"));
        assertThat(table.list().orElseThrow()).contains("chain first");
        table.replace(String.format(CHAIN, "second"));
        assertThat(table.list().orElseThrow()).contains("chain second").doesNotContain("first");

        table.remove();
        table.remove();
        assertThat(table.list()).isEmpty();
        assertThat(output("nft list tables")).contains("others");
    }

    @Test
    void shouldLeaveWhatWasThereWhenTheNewIsRefused() {
        table.replace(String.format(CHAIN, "first"));

        assertThatThrownBy(() -> table.replace("chain broken { nonsense }"))
                .isInstanceOf(NftException.class)
                .hasMessageContaining("table inet trigon_test")
                .hasMessageContaining("syntax error");
        assertThat(table.list().orElseThrow()).contains("chain first");
    }

    @Test
    void shouldSayThatTheProgramIsMissing() {
        NftTable without = new NftTable("inet", "trigon_test", List.of(Path.of("/nonexistent")));
        assertThat(without.isProgramInstalled()).isFalse();
        assertThatThrownBy(without::list)
                .isInstanceOf(NftException.class)
                .hasMessage("nft: the program is not installed");
    }
}
