using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>
/// Rules that no compiler checks, over all of src. What broke a rule when it was introduced is in exceptions.txt with its number, which may only
/// fall. RuleTests try each rule on a short text that breaks it.
/// </summary>
public class ArchitectureRules
{
    [Fact]
    public void Every_name_in_the_sources_is_understood() =>
        Ratchet.Hold("unknown-name", "The other rules can't check a name that isn't bound: is a reference, a generator or an implicit using missing in Rooms?",
            Finding.Counted(SourceProjects.All.SelectMany(r => Names.Unknown(r).Select(n => (r.Name, n)))));

    [Fact]
    public void A_file_is_read_in_one_sitting() =>
        Ratchet.Hold("file-lines", $"No file has over {Sizes.MaxFileLines} lines: a reader can take it in at once.", SourceProjects.All.SelectMany(Sizes.LongFiles));

    [Fact]
    public void Most_files_are_short() =>
        Ratchet.Hold("files-over-300", $"At most a tenth of a project's files has over {Sizes.MostlyFileLines} lines.", SourceProjects.All.SelectMany(Sizes.FilesOverMostly));

    [Fact]
    public void A_type_is_one_concern() =>
        Ratchet.Hold("type-lines", $"No type has over {Sizes.MaxTypeLines} lines over all its partials: split a partial class that has several concerns.", SourceProjects.All.SelectMany(Sizes.LongTypes));

    [Fact]
    public void A_type_holds_little_state() =>
        Ratchet.Hold("fields", $"No type that holds mutable state has over {Fields.Max} fields: nobody knows in which combinations they occur.", SourceProjects.All.SelectMany(Fields.TooMany));

    [Fact]
    public void A_method_fits_on_a_screen() =>
        Ratchet.Hold("method-lines", $"Methods have fewer than {Sizes.MethodLines} lines: one fits on a screen.", SourceProjects.All.SelectMany(Sizes.LongMethods));

    [Fact]
    public void Folders_depend_downwards_only() =>
        Ratchet.Hold("folder-cycle", "A folder depends only on folders below it: in a cycle, none can be understood, tested or moved without the others.", SourceProjects.All.SelectMany(FolderCycles.In));

    [Fact]
    public void Projects_know_those_below_them() =>
        Ratchet.Hold("layer", "Dependencies go one way; siblings don't know each other (the table in Layers).", Layers.Forbidden(SourceProjects.Projects));

    [Fact]
    public void Projects_talk_by_what_is_public() =>
        Ratchet.Hold("friend", "Only tests see the internals of a project.", Layers.Friends(SourceProjects.Projects));

    [Fact]
    public void Packages_are_used_where_they_belong() =>
        Ratchet.Hold("package-use", "A project exists to keep a dependency out of the others (the table in Packages).", SourceProjects.All.SelectMany(Packages.Misplaced));

    [Fact]
    public void Packages_are_asked_for_where_they_belong() =>
        Ratchet.Hold("package", "A new package is a decision: give it a row in Packages, with the projects that may use it and the reason.", Packages.Referenced(SourceProjects.Projects));

    [Fact]
    public void No_task_is_let_go_of() =>
        Ratchet.Hold("discarded-task", "Nobody sees the exception of a task that isn't awaited. Await it, or let a supervisor start it.", SourceProjects.All.SelectMany(DiscardedTasks.Discarded));

    [Fact]
    public void Locks_are_of_the_type_that_is_for_it() =>
        Ratchet.Hold("lock", "A lock on anything but a System.Threading.Lock may never be released where an exception passes a filter: see Locks.", SourceProjects.All.SelectMany(Locks.In));

    [Fact]
    public void What_runs_by_itself_is_supervised() =>
        Ratchet.Hold("start", "Background work can die unnoticed: let a supervisor start it, or give the type a row in TaskStarts with the reason.", SourceProjects.All.SelectMany(TaskStarts.In));

    [Fact]
    public void Collections_are_made_without_reflection() =>
        Ratchet.Hold("added-by-reflection", "A native program may lack what this Add finds by reflection: pass the elements to the constructor.", SourceProjects.All.SelectMany(NativeCode.AddedByReflection));

    [Fact]
    public void Facts_between_rooms_have_types() =>
        Ratchet.Hold("string-keyed", "Projects pass each other types, never dictionaries or JSON: a renamed member must not compile.", SourceProjects.All.SelectMany(StringKeyed.Signatures));

    [Fact]
    public void Json_is_written_from_types() =>
        Ratchet.Hold("json-line", "A line [\"name\"] = value has no type: its readers would repeat the name.", SourceProjects.All.SelectMany(StringKeyed.JsonLines));

    [Fact]
    public void Names_are_the_terms_of_the_field() =>
        Ratchet.Hold("vocabulary", "A newcomer recognizes each name: use the field's term (the tables in Vocabulary).", Vocabulary.InCheckout());

    [Fact]
    public void Subjects_of_commits_fit_on_a_line() =>
        Ratchet.Hold("commit-subject", $"A commit's subject has at most {Commits.MaxSubject} characters; the reason goes into the body.", Commits.LongSubjects(Commits.Log() ?? []));
}
