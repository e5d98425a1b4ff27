package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends that are configured no more, for as long as flows name them. */
class FormerBackendsTest {
    private static final String WEB = "{name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: ["
            + "{name: b1, address: 10.2.0.11}, {name: b2, address: 10.2.0.12}]}";
    private static final FormerBackend B1 = former(1, "web", "b1", "10.2.0.11", true);
    /** The gateway's 30 s for a handshake, and 5 s. */
    private static final long AT_LEAST_NS = TimeUnit.SECONDS.toNanos(35);

    private static final long NEARLY_NS = AT_LEAST_NS - 1;

    @TempDir
    Path directory;

    private final FakeDataPath dataPath = new FakeDataPath();
    private final AtomicLong nowNs = new AtomicLong();

    private ServiceRegistry open() throws Refusal {
        ServicesStore store = new ServicesStore(directory);
        return ServiceRegistry.open(store, dataPath, nowNs::get);
    }

    private ServiceRegistry openWithoutB1() throws Refusal {
        ServiceRegistry registry = open();
        registry.change(present -> services(WEB));
        registry.change(ServiceEdits.removeBackend("web", "b1"));
        return registry;
    }

    @Test
    void shouldTellTheDataPathOfABackendThatWasRemoved() throws Refusal {
        openWithoutB1();

        assertThat(dataPath.former).containsExactly(B1);
        assertThat(dataPath.inForce().get(0).backends())
                .extracting(BackendSpec::name)
                .containsExactly("b2");
    }

    @Test
    void shouldKeepItWhileFlowsNameIt() throws Refusal {
        ServiceRegistry registry = openWithoutB1();
        dataPath.activeFlows.put(1, 1L);
        nowNs.addAndGet(1_000 * AT_LEAST_NS);
        registry.forgetUnused();
        assertThat(dataPath.former).containsExactly(B1);

        dataPath.activeFlows.put(1, 0L);
        int publications = dataPath.published.size();
        registry.forgetUnused();
        registry.forgetUnused();

        assertThat(dataPath.former).isEmpty();
        assertThat(dataPath.published).hasSize(publications + 1);
        assertThat(open().state()).isEqualTo(registry.state());
        assertThat(registry.state().nextBackendId()).isEqualTo(3);
    }

    /** A handshake may be under way, and the table hears of its flow when it is complete. */
    @Test
    void shouldKeepItForAHandshakesTimeEvenWithoutFlows() throws Refusal {
        ServiceRegistry registry = openWithoutB1();
        dataPath.activeFlows.put(1, 0L);
        nowNs.addAndGet(NEARLY_NS);
        registry.forgetUnused();
        assertThat(dataPath.former).containsExactly(B1);

        nowNs.addAndGet(1);
        registry.forgetUnused();
        assertThat(dataPath.former).isEmpty();
    }

    @Test
    void shouldKeepItForTheHandshakesOfTheServiceThatTakesLongest() throws Refusal {
        ServiceRegistry registry = open();
        String patient = "{name: other, vip: 203.0.113.11, protocol: tcp, ports: 80, timeouts: {syn: 2m}}";
        registry.change(present -> services(WEB + ", " + patient));
        registry.change(ServiceEdits.removeBackend("web", "b1"));
        dataPath.activeFlows.put(1, 0L);
        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(125) - 1);
        registry.forgetUnused();
        assertThat(dataPath.former).containsExactly(B1);

        nowNs.addAndGet(1);
        registry.forgetUnused();
        assertThat(dataPath.former).isEmpty();
    }

    /** The flow table is still there: a new server must not get the flows of one that is not known any more. */
    @Test
    void shouldGiveNoNumberThatAFlowNamesWhereTheFileIsGone() throws Exception {
        openWithoutB1();
        Files.delete(directory.resolve(ServicesStore.FILE));
        dataPath.highestBackendId = 7;

        ServiceRegistry registry = open();
        registry.change(present -> services(WEB));

        assertThat(registry.services().get(0).backends())
                .extracting(BackendSpec::id)
                .containsExactly(8, 9);
        assertThat(open().state()).isEqualTo(registry.state());
    }

    @Test
    void shouldGiveNoNumberThatAFlowNamesWhereAnOlderFileIsBack() throws Exception {
        ServiceRegistry registry = open();
        registry.change(present -> services(WEB));
        String older = saved();
        registry.change(present -> services(WEB.replace("10.2.0.12", "10.2.0.13")));
        dataPath.highestBackendId = 3;
        Files.writeString(directory.resolve(ServicesStore.FILE), older);

        ServiceRegistry again = open();
        again.change(present -> services(WEB.replace("10.2.0.12", "10.2.0.14")));

        assertThat(again.services().get(0).backends())
                .extracting(BackendSpec::id)
                .containsExactly(1, 4);
    }

    @Test
    void shouldGoOnWithItsOwnNumbersWhereFlowsNameLower() throws Exception {
        openWithoutB1();
        dataPath.highestBackendId = 2;
        assertThat(open().state().nextBackendId()).isEqualTo(3);
        dataPath.highestBackendId = Integer.MAX_VALUE;
        assertThat(open().state().nextBackendId()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void shouldCountItsTimeFromTheLastRemoval() throws Refusal {
        ServiceRegistry registry = openWithoutB1();
        dataPath.activeFlows.put(1, 0L);
        nowNs.addAndGet(NEARLY_NS);
        registry.change(present -> services(WEB));
        registry.change(ServiceEdits.removeBackend("web", "b1"));
        nowNs.addAndGet(NEARLY_NS);
        registry.forgetUnused();
        assertThat(dataPath.former).containsExactly(B1);
    }

    @Test
    void shouldForgetThoseWithoutFlowsAlone() throws Refusal {
        ServiceRegistry registry = open();
        registry.change(present -> services(WEB));
        registry.change(present -> List.of());
        dataPath.activeFlows.put(1, 0L);
        nowNs.addAndGet(AT_LEAST_NS);
        registry.forgetUnused();
        assertThat(dataPath.former).extracting(FormerBackend::name).containsExactly("b2");
    }

    @Test
    void shouldBeThereAgainAfterARestartAndTakeItsIdBack() throws Refusal {
        openWithoutB1();
        ServiceRegistry again = open();
        nowNs.addAndGet(AT_LEAST_NS);
        dataPath.activeFlows.put(1, 0L);
        int publications = dataPath.published.size();
        again.forgetUnused();
        assertThat(dataPath.published).as("before what was saved is in force").hasSize(publications);

        again.change(present -> services(WEB));

        assertThat(again.services().get(0).backends())
                .extracting(BackendSpec::id)
                .containsExactly(1, 2);
        assertThat(dataPath.former).isEmpty();
    }

    @Test
    void shouldStayWhereItsForgettingCannotBeSaved() throws Exception {
        ServiceRegistry registry = openWithoutB1();
        dataPath.activeFlows.put(1, 0L);
        nowNs.addAndGet(AT_LEAST_NS);
        Path inTheWay = Files.createDirectories(directory.resolve("services.json.new/full"));
        registry.forgetUnused();
        assertThat(registry.state().former()).containsExactly(B1);

        Files.delete(inTheWay);
        registry.forgetUnused();
        assertThat(registry.state().former()).isEmpty();
    }

    @Test
    void shouldNotGoOnWhenForcedOut() throws Refusal {
        ServiceRegistry registry = open();
        registry.change(present -> services(WEB));
        registry.change(
                ServiceEdits.removeBackend("web", "b1"),
                former -> former.name().equals("b1"),
                Terms.of("backend remove web b1 --force"));
        assertThat(dataPath.former).containsExactly(former(1, "web", "b1", "10.2.0.11", false));
        assertThat(open().state()).isEqualTo(registry.state());
    }

    /** As a vipd wrote it that knew nothing of former backends, octet by octet. */
    @Test
    void shouldReadAFileOfVersion1AndWriteVersion2() throws Exception {
        Files.writeString(directory.resolve(ServicesStore.FILE), """
                {
                  "version" : 1,
                  "nextBackendId" : 6,
                  "backendIds" : {
                    "web/b1" : 5,
                    "web/b2" : 2
                  },
                  "services" : [ {
                    "name" : "web",
                    "vip" : "203.0.113.10",
                    "protocol" : "tcp",
                    "ports" : [ 80, "8000-8100" ],
                    "forward" : "l3dsr",
                    "dscp" : 7,
                    "scheduler" : "wrr",
                    "backends" : [ {
                      "name" : "b1",
                      "address" : "10.2.0.11",
                      "weight" : 100
                    }, {
                      "name" : "b2",
                      "address" : "10.2.0.12",
                      "weight" : 0
                    } ]
                  } ]
                }
                """);
        ServiceRegistry registry = open();
        assertThat(registry.services().get(0).dscp()).isEqualTo(7);
        assertThat(registry.services().get(0).backends())
                .extracting(BackendSpec::id)
                .containsExactly(5, 2);

        registry.change(ServiceEdits.removeBackend("web", "b2"));

        assertThat(saved()).contains("\"version\" : 3", "\"id\" : 2");
        assertThat(open().state()).isEqualTo(registry.state());
    }

    @Test
    void shouldRefuseAFileOfALaterVersion() throws Exception {
        openWithoutB1();
        Files.writeString(directory.resolve(ServicesStore.FILE), saved().replace("\"version\" : 3", "\"version\" : 4"));
        assertThatThrownBy(this::open)
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("its version is 4, and this vipd knows 3");
    }

    @Test
    void shouldBeForgottenWhileTheControlServerRuns() throws Exception {
        try (ControlRig rig = ControlRig.start(directory)) {
            rig.http.send("POST", "/v1/services", ControlRig.WEB);
            rig.http.send("DELETE", "/v1/services/web/backends/b1", "");
            assertThat(rig.dataPath.former).hasSize(1);
            assertThat(threads()).contains("services");
        }
        assertThat(threads()).doesNotContain("services");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    private String saved() throws IOException {
        return Files.readString(directory.resolve(ServicesStore.FILE));
    }

    private static FormerBackend former(int id, String service, String name, String address, boolean drains) {
        return new FormerBackend(
                id,
                service,
                name,
                Addresses.parse(address).orElseThrow(),
                Addresses.parse("203.0.113.10").orElseThrow(),
                Protocol.TCP,
                drains);
    }

    private static List<ServiceDraft> services(String entry) throws Refusal {
        return ServiceReader.services(
                ("services: [" + entry + "]").getBytes(StandardCharsets.UTF_8), Source.file("test"));
    }
}
