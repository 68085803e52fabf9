//! Points tauri-build at this layout and puts the windows' permissions into the program.

fn main() {
    // Cargo watches what a build script names; tauri-build names only the default places.
    for watched in ["src-tauri/capabilities", "src-tauri/permissions", "icons"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/*.json")
        .app_manifest(
            // Written by hand, one permission a command: generated ones would go to a folder of
            // their own at the top.
            tauri_build::AppManifest::new()
                .permissions_path_pattern("src-tauri/permissions/*.toml"),
        );
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
