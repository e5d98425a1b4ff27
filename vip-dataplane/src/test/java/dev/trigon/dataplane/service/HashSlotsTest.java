package dev.trigon.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.balance.Maglev;
import dev.trigon.dataplane.balance.SchedulerKind;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HashSlotsTest {
    private static final int SMALL = Maglev.sizeFor(1);
    private static final int LARGE = Maglev.TABLE_SIZE;

    private static Specs web() {
        return Specs.service("web").maglev();
    }

    private static ServiceSpec both() {
        return web().backend(1, "10.2.0.11", 100).backend(2, "10.2.0.12", 100).spec();
    }

    private static ServiceSpec one(int id, String address) {
        return web().backend(id, address, 100).spec();
    }

    @Test
    void shouldMoveNothingWhereNothingChanges() {
        assertThat(HashSlots.between(both(), SMALL, both(), SMALL)).isEqualTo(new HashSlots(0, SMALL));
    }

    @Test
    void shouldGoByServersAndNotByTheirPlacesAndNames() {
        ServiceSpec turned =
                web().backend(7, "10.2.0.12", 100).backend(1, "10.2.0.11", 100).spec();

        assertThat(HashSlots.between(both(), SMALL, turned, SMALL)).isEqualTo(new HashSlots(0, SMALL));
    }

    /** Of an odd number of slots the one whose turn is first has one more: the lower address. */
    @Test
    void shouldMoveTheSlotsOfWhoLeavesOrComes() {
        ServiceSpec lower = one(1, "10.2.0.11");
        ServiceSpec higher = one(2, "10.2.0.12");

        assertThat(HashSlots.between(both(), SMALL, lower, SMALL)).isEqualTo(new HashSlots(SMALL / 2, SMALL));
        assertThat(HashSlots.between(both(), SMALL, higher, SMALL)).isEqualTo(new HashSlots(SMALL / 2 + 1, SMALL));
        assertThat(HashSlots.between(lower, SMALL, both(), SMALL)).isEqualTo(new HashSlots(SMALL / 2, SMALL));
    }

    @Test
    void shouldMoveEverythingToWhoIsAloneNow() {
        assertThat(HashSlots.between(one(1, "10.2.0.11"), SMALL, one(2, "10.2.0.12"), LARGE))
                .isEqualTo(new HashSlots(LARGE, LARGE));
        assertThat(HashSlots.between(one(1, "10.2.0.11"), LARGE, one(2, "10.2.0.12"), SMALL))
                .isEqualTo(new HashSlots(SMALL, SMALL));
    }

    @Test
    void shouldMoveNothingOfAnOnlyServersToATableOfAnotherSize() {
        ServiceSpec only = one(1, "10.2.0.11");

        assertThat(HashSlots.between(only, SMALL, only, LARGE)).isEqualTo(new HashSlots(0, LARGE));
        assertThat(HashSlots.between(only, LARGE, only, SMALL)).isEqualTo(new HashSlots(0, SMALL));
    }

    /** Which slot of the one table a flow has says nothing of which it has of the other: two servers deal half anew. */
    @Test
    void shouldMoveHalfOfTwoServersToATableOfAnotherSize() {
        HashSlots grown = HashSlots.between(both(), SMALL, both(), LARGE);
        HashSlots shrunk = HashSlots.between(both(), LARGE, both(), SMALL);

        assertThat(grown.of()).isEqualTo(LARGE);
        assertThat(grown.moved()).isCloseTo(LARGE / 2, Percentage.withPercentage(1));
        assertThat(shrunk.of()).isEqualTo(SMALL);
        // no more flows than the smaller table has slots are looked at
        assertThat(shrunk.moved()).isCloseTo(SMALL / 2, Percentage.withPercentage(25));
    }

    /** Three of four flows had this server, and one of four that: of what the two tables say apart, ten of sixteen agree. */
    @Test
    void shouldWeighServersInTablesOfBothSizes() {
        ServiceSpec weighted =
                web().backend(1, "10.2.0.11", 30).backend(2, "10.2.0.12", 10).spec();

        assertThat(HashSlots.between(weighted, SMALL, weighted, LARGE).moved())
                .isCloseTo(LARGE * 6 / 16, Percentage.withPercentage(2));
    }

    @ParameterizedTest
    @EnumSource(
            value = SchedulerKind.class,
            names = {"MAGLEV", "SH"},
            mode = EnumSource.Mode.EXCLUDE)
    void shouldSayNothingOfWhoChoosesByNoTable(SchedulerKind kind) {
        ServiceSpec other = Specs.service("web")
                .scheduler(kind)
                .backend(1, "10.2.0.11", 100)
                .spec();

        assertThat(HashSlots.between(other, SMALL, other, SMALL)).isNull();
        assertThat(HashSlots.between(one(1, "10.2.0.11"), SMALL, other, SMALL)).isNull();
        assertThat(HashSlots.between(other, SMALL, one(1, "10.2.0.11"), SMALL)).isNull();
    }
}
