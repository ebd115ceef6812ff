namespace FolderSync.Rules;

/// <summary>Maps each place that starts a loop, or work that isn't awaited there, to the tests that inject a fault into it.</summary>
internal static class LoopCases
{
    private const string Engine = "FolderSync.Engine.";
    private const string Discovery = "FolderSync.Network.Discovery.";
    private const string Story = "LoopFaultStoryTests.";
    private const string Loop = "EngineLoopTests.";
    private const string Connection = Loop + "A_fault_of_a_connections_loop_ends_the_connection_which_comes_back";
    private const string Flow = Loop + "A_fault_of_a_folders_flow_ends_the_folder_which_says_so_and_comes_back";
    private const string Network = "NetworkLoopTests.";
    private const string Service = "ServiceLoopTests.";

    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> All = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        // Connections.
        [Engine + "Peers.PeerLink.RunAsync: SendLoopAsync"] = [Connection + "(PeerLink.SendLoopAsync)"],
        [Engine + "Peers.PeerLink.RunAsync: ReceiveAsync"] = [Connection + "(PeerLink.ReceiveLoopAsync)"],
        [Engine + "Peers.PeerLink.RunAsync: TickLoopAsync"] = [Connection + "(PeerLink.TickLoopAsync)"],
        [Engine + "Peers.PeerSession.AdoptAsync: RunLinkAsync"] = [Connection + "(FolderExchanges.DescribeAsync)"],
        [Engine + "Peers.PeerSession.AdoptAsync: OnLinkEndedAsync"] = [Connection + "(PeerSession.OnLinkEndedAsync)"],
        [Engine + "Peers.PeerHub.Admit: _admission.AdmitAsync"] = [Connection + "(PeerAdmission.GreetAsync)"],
        [Engine + "Peers.PeerHub.OnOwnIdFound: _ownIdentity.RunAsync"] = ["IdentityStoryTests.A_fault_of_asking_for_the_key_is_logged_and_it_is_asked_again"],
        [Engine + "Peers.PeerHub.Put: dialer.RunAsync"] = [Connection + "(PeerDialer.RunAsync)"],
        [Engine + "Peers.PeerDialer.DialAsync: DiscardAsync"] = [Loop + "A_fault_while_unused_dials_are_discarded_is_logged_and_dialing_goes_on"],
        [Engine + "Peers.PeerListeners.StartAsync: ListenLoopAsync"] = [Story + "A_listener_that_fails_listens_again"],
        [Engine + "Peers.RequestServer.RunAsync: ServeLoopAsync"] = [Story + "A_fault_while_serving_ends_the_link_which_comes_back_and_serves"],
        [Engine + "Peers.FolderExchange.StartSender: SendAsync"] = [Story + "A_fault_of_the_index_sender_ends_the_link_which_comes_back(LocalSince)"],
        // Folders.
        [Engine + "Supervision.FolderSupervisor.Start: RunAsync"] = [Loop + "A_fault_beyond_all_that_a_folder_puts_right_by_itself_starts_it_again"],
        [Engine + "Supervision.FolderSupervisor.CloseAsync: CloseAsync"] = [Loop + "A_part_of_a_folder_that_can_not_be_closed_keeps_none_of_the_others_open"],
        [Engine + "Supervision.FolderRun.RunAsync: Inbox.RunAsync"] = [Flow + "(RemoteIndexInbox.ApplyRemoteIndexAsync)", Story + "A_batch_of_a_peers_index_that_could_not_be_stored_is_asked_for_again"],
        [Engine + "Supervision.FolderRun.RunAsync: _scanning.RunAsync"] = [Flow + "(ScanFlow.RunAsync)"],
        [Engine + "Supervision.FolderRun.RunAsync: _pulling.RunAsync"] = [Flow + "(PullFlow.RunAsync)"],
        [Engine + "Supervision.FolderRun.RunAsync: _lasting.Commands.ServeAsync"] = [Loop + "A_fault_of_a_command_is_its_callers_and_ends_the_folder_which_comes_back"],
        [Engine + "Supervision.FolderRun.RunAsync: _room.RunAsync"] = [Loop + "A_fault_of_what_looks_for_room_ends_the_folder_which_comes_back"],
        [Engine + "Supervision.FolderRun.RunAsync: _mounts.RunAsync"] = [Loop + "A_fault_of_what_looks_for_a_mount_ends_the_folder_which_comes_back"],
        [Engine + "Scanning.FolderWatcher.EnsureAsync: WatchAsync"] = [Story + "A_watcher_that_dies_is_told_of_and_watching_begins_again"],
        [Engine + "Scanning.FolderWatcher.OnFault: ScanLaterAsync"] = [Loop + "A_fault_of_a_scan_in_place_of_the_watcher_ends_the_folder_which_comes_back"],
        [Engine + "Pulling.PullRound.RunAsync: _queue.RunAsync"] = [Flow + "(ApplyQueue.RunAsync)", Story + "A_commit_that_fails_while_files_are_placed_does_not_hang_the_folder"],
        [Engine + "Pulling.PullRound.RunAsync: announcer.RunAsync"] = [Flow + "(ProgressAnnouncer.RunAsync)"],
        [Engine + "Pulling.PullRound.StartAsync: FetchAsync"] = [Flow + "(PullRound.FetchAsync)", Flow + "(FileTransfer.RunAsync)"],
        [Engine + "Pulling.FileTransfer.FetchAsync: FetchBlockAsync"] = [Story + "A_fault_of_a_fetched_block_ends_the_folder_which_comes_back"],
        // Discovery and listening.
        [Discovery + "NetworkMonitor.Start: TickAsync"] = [Network + "The_look_at_the_clocks_starts_again"],
        [Discovery + "NetworkMonitor.Start: ListenAsync"] = [Network + "Hearing_of_the_network_starts_again"],
        [Discovery + "NetworkMonitor.Start: DebounceAsync"] = [Network + "The_look_at_a_changed_network_starts_again"],
        [Discovery + "LocalDiscovery..ctor: AnnounceLoopAsync"] = [Network + "Local_discovery_starts_again(LocalDiscovery.AnnounceLoopAsync)"],
        [Discovery + "LocalDiscovery.TryListen: ListenLoopAsync"] = [Network + "Local_discovery_starts_again(LocalDiscovery.ListenLoopAsync)"],
        [Discovery + "Mdns.MdnsNode..ctor: RunAsync"] = [Network + "Mdns_starts_again(MdnsNode.RunAsync)"],
        [Discovery + "Mdns.MdnsNode.OpenPort: ListenAsync"] = [Network + "Mdns_starts_again(MdnsNode.ListenAsync)"],
        ["FolderSync.Network.Tcp.TlsTcpListener..ctor: AcceptLoopAsync"] = [Network + "Accepting_starts_again"],
        // The service.
        ["FolderSync.Configuration.Store.ConfigFileWatcher..ctor: LoopAsync"] = ["ConfigWatchTests." + "A_look_at_the_configuration_that_fails_is_made_again"],
        ["FolderSync.Configuration.Store.ConfigFileWatcher..ctor: PollAsync"] = ["ConfigWatchTests." + "Polling_the_configuration_starts_again"],
        ["FolderSync.Host.Service.RestartedService.StartAsync: RunAsync"] = [Service + "A_background_service_that_fails_starts_again"],
        ["FolderSync.Host.Service.PauseController.StartWaiting: EndInTimeAsync"] = [Service + "The_end_of_a_pause_is_tried_again"],
        ["FolderSync.Host.Composition.Build: ProblemCollector"] = [Service + "Collecting_problems_starts_again"],
        ["FolderSync.Host.Composition.Build: RateSampler"] = [Service + "The_look_at_rates_starts_again"],
        ["FolderSync.Host.Composition.Build: MemoryTrimmer"] = [Service + "Giving_memory_back_starts_again"],
        ["FolderSync.Host.Composition.Build: FolderEvents"] = [Service + "Events_of_folders_start_again"],
    };
}
