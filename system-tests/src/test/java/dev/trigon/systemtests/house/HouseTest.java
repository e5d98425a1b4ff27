package dev.trigon.systemtests.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which module and package may know which other: ARCHITECTURE.md. */
class HouseTest {
    private static final String LINUX = "dev.trigon.linux..";
    private static final String CONNTRACK = "dev.trigon.conntrack..";
    private static final String DATAPLANE = "dev.trigon.dataplane..";
    private static final String API = "dev.trigon.dataplane.api..";
    private static final String AGENT = "dev.trigon.agent..";
    private static final String CLI = "dev.trigon.cli..";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.trigon");

    /** Without this, every rule below would hold of nothing. */
    @ParameterizedTest
    @ValueSource(strings = {LINUX, CONNTRACK, DATAPLANE, API, AGENT, CLI})
    void shouldSeeTheClassesOfEveryModule(String packages) {
        assertThat(CLASSES.stream().filter(resideInAPackage(packages))).isNotEmpty();
    }

    @Test
    void shouldKeepLinuxSysFreeOfEveryOtherModule() {
        noClasses()
                .that()
                .resideInAPackage(LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CONNTRACK, DATAPLANE, AGENT, CLI)
                .check(CLASSES);
    }

    @Test
    void shouldKeepConntrackFreeOfEveryOtherModule() {
        noClasses()
                .that()
                .resideInAPackage(CONNTRACK)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LINUX, DATAPLANE, AGENT, CLI)
                .check(CLASSES);
    }

    @Test
    void shouldLetTheDataplaneKnowLinuxSysAndConntrackOnly() {
        noClasses()
                .that()
                .resideInAPackage(DATAPLANE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(AGENT, CLI)
                .check(CLASSES);
    }

    @Test
    void shouldLetTheAgentKnowLinuxSysOnly() {
        noClasses()
                .that()
                .resideInAPackage(AGENT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CONNTRACK, DATAPLANE, CLI)
                .check(CLASSES);
    }

    @Test
    void shouldLetVipctlKnowTheControlApiOnly() {
        noClasses()
                .that()
                .resideInAPackage(CLI)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(LINUX, CONNTRACK, AGENT, DATAPLANE).and(not(resideInAPackage(API))))
                .check(CLASSES);
    }

    @Test
    void shouldKeepTheControlApiFreeOfTheRestOfTheDataplane() {
        noClasses()
                .that()
                .resideInAPackage(API)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(LINUX, CONNTRACK, DATAPLANE).and(not(resideInAPackage(API))))
                .check(CLASSES);
    }

    /** Each package is a slice, so this holds among modules and within them. */
    @Test
    void shouldHaveNoCycleAmongPackages() {
        slices().matching("dev.trigon.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void shouldUsePcap4jInOnePackage() {
        assertThat(packagesThatUse("org.pcap4j")).containsExactly("dev.trigon.dataplane.port.pcap");
    }

    @Test
    void shouldUseChronicleMapInOnePackage() {
        assertThat(packagesThatUse("net.openhft")).hasSize(1).allMatch(it -> it.startsWith("dev.trigon.conntrack"));
    }

    @Test
    void shouldUseJnaInLinuxSysOnly() {
        assertThat(packagesThatUse("com.sun.jna")).isNotEmpty().allMatch(it -> it.startsWith("dev.trigon.linux"));
    }

    private static Set<String> packagesThatUse(String library) {
        return CLASSES.stream()
                .filter(it -> it.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency -> dependency
                                .getTargetClass()
                                .getBaseComponentType()
                                .getPackageName()
                                .startsWith(library)))
                .map(it -> it.getPackageName())
                .collect(Collectors.toSet());
    }
}
