//! The network of WASI, which is not there: whoever asks for a socket or an address is told so at once.

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress, IpAddressFamily, Network};
use wasmtime_wasi::p2::bindings::sockets::{
    instance_network, ip_name_lookup, network, tcp, tcp_create_socket, udp, udp_create_socket,
};
use wasmtime_wasi::p2::{DynPollable, SocketError, SocketResult};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView};

use super::Sandbox;

/// The interfaces whose functions could make a socket or ask for a name are ours; the others work on sockets that
/// nobody can have.
pub(super) fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    tcp_create_socket::add_to_linker::<Sandbox, NoNetwork>(linker, Sandbox::no_network)?;
    udp_create_socket::add_to_linker::<Sandbox, NoNetwork>(linker, Sandbox::no_network)?;
    ip_name_lookup::add_to_linker::<Sandbox, NoNetwork>(linker, Sandbox::no_network)?;
    tcp::add_to_linker::<Sandbox, WasiSockets>(linker, Sandbox::sockets)?;
    udp::add_to_linker::<Sandbox, WasiSockets>(linker, Sandbox::sockets)?;
    instance_network::add_to_linker::<Sandbox, WasiSockets>(linker, Sandbox::sockets)?;
    network::add_to_linker::<Sandbox, WasiSockets>(linker, &network::LinkOptions::default(), Sandbox::sockets)
}

struct NoNetwork;

struct NoNetworkView<'a> {
    table: &'a mut ResourceTable,
}

impl HasData for NoNetwork {
    type Data<'a> = NoNetworkView<'a>;
}

impl Sandbox {
    fn no_network(&mut self) -> NoNetworkView<'_> {
        NoNetworkView { table: self.ctx().table }
    }
}

fn denied<T>() -> SocketResult<T> {
    Err(SocketError::from(ErrorCode::AccessDenied))
}

/// What the errors of the functions below need.
impl network::Host for NoNetworkView<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn network_error_code(&mut self, _: Resource<wasmtime::Error>) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(None)
    }
}

impl network::HostNetwork for NoNetworkView<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        self.table.delete(network)?;
        Ok(())
    }
}

impl tcp_create_socket::Host for NoNetworkView<'_> {
    fn create_tcp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<tcp::TcpSocket>> {
        denied()
    }
}

impl udp_create_socket::Host for NoNetworkView<'_> {
    async fn create_udp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<udp::UdpSocket>> {
        denied()
    }
}

impl ip_name_lookup::Host for NoNetworkView<'_> {
    fn resolve_addresses(
        &mut self,
        _: Resource<Network>,
        _: String,
    ) -> SocketResult<Resource<ip_name_lookup::ResolveAddressStream>> {
        denied()
    }
}

/// Nothing gives a stream out, so no handle can be one.
impl ip_name_lookup::HostResolveAddressStream for NoNetworkView<'_> {
    fn resolve_next_address(
        &mut self,
        _: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> SocketResult<Option<IpAddress>> {
        denied()
    }

    fn subscribe(
        &mut self,
        _: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        Err(wasmtime::Error::msg("there is no network"))
    }

    fn drop(&mut self, stream: Resource<ip_name_lookup::ResolveAddressStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}
